using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Checks the limits of the HTTP API at start.</summary>
internal sealed class HttpOptionsValidator : IValidateOptions<HttpOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, HttpOptions options)
    {
        var faults = new List<string>();
        Check(nameof(options.BodyBytesMax), options.BodyBytesMax, 1024, 64 * 1024 * 1024);
        Check(nameof(options.HeaderBytesMax), options.HeaderBytesMax, 1024, 1024 * 1024);
        Check(nameof(options.HeadersMax), options.HeadersMax, 8, 1_000);
        Check(nameof(options.RequestLineBytesMax), options.RequestLineBytesMax, 1024, 64 * 1024);
        Check(nameof(options.HeadersTimeout), options.HeadersTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        Check(nameof(options.KeepAliveTimeout), options.KeepAliveTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Check(nameof(options.BodyBytesPerSecondMin), options.BodyBytesPerSecondMin, 1, 1_000_000);
        Check(nameof(options.BodyGrace), options.BodyGrace, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        Check(nameof(options.ConnectionsMax), options.ConnectionsMax, 1, 1_000_000);
        Check(nameof(options.EvidenceScanMax), options.EvidenceScanMax, 1_000, 1_000_000);
        Check(nameof(options.ApprovalScanMax), options.ApprovalScanMax, 10, 100_000);
        Check(nameof(options.ReadyTimeout), options.ReadyTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30));
        Check(nameof(options.ReadyInterval), options.ReadyInterval, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Check(nameof(options.WatchAgeMax), options.WatchAgeMax, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check<T>(string option, T value, T least, T most) where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                faults.Add($"GenOps:Http:{option} is {value}; set it from {least} to {most}");
        }
    }
}
