using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Throttling;

/// <summary>Checks the values of throttling at start.</summary>
public sealed class ThrottleOptionsValidator : IValidateOptions<ThrottleOptions>
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ThrottleOptions options)
    {
        List<string> faults = [];
        Check(nameof(options.BreakerFailures), options.BreakerFailures, 1, 100);
        Check(nameof(options.BreakerWindow), options.BreakerWindow, Second, Hour);
        Check(nameof(options.BreakerOpenFor), options.BreakerOpenFor, Second, Hour);
        Check(nameof(options.BreakerOpenForMax), options.BreakerOpenForMax, options.BreakerOpenFor, Day);
        Check(nameof(options.ModelsMax), options.ModelsMax, 1, 1_000);
        Check(nameof(options.LatencySamplesMin), options.LatencySamplesMin, 1, 10_000);
        Check(nameof(options.LatencySamplesMax), options.LatencySamplesMax, options.LatencySamplesMin, 10_000);
        Check(nameof(options.LatencyAgeMax), options.LatencyAgeMax, Second, Day);
        Check(nameof(options.TokenDebtMax), options.TokenDebtMax, TimeSpan.Zero, Day);
        Check(nameof(options.DelegationsMax), options.DelegationsMax, 1, 1_000);
        Check(nameof(options.WorkloadsMax), options.WorkloadsMax, 1, 1_000_000);
        Check(nameof(options.LateReportsFor), options.LateReportsFor, TimeSpan.Zero, Day);
        Check(nameof(options.FloodRefusals), options.FloodRefusals, 1, 1_000);
        Check(nameof(options.FloodWindow), options.FloodWindow, Second, TimeSpan.FromMinutes(10));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check<T>(string option, T value, T least, T most) where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                faults.Add($"GenOps:Throttling:{option} is {value}; set it from {least} to {most}");
        }
    }
}
