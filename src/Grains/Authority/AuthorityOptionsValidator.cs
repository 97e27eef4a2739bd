using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Authority;

/// <summary>Checks at start how authority is followed.</summary>
public sealed class AuthorityOptionsValidator : IValidateOptions<AuthorityWatchOptions>, IValidateOptions<AuthorityFeedOptions>, IValidateOptions<AuthorityDirectoryOptions>
{
    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, AuthorityWatchOptions options)
    {
        return Result(
            Fault(nameof(options.PollInterval), options.PollInterval, TimeSpan.FromMilliseconds(50), OneMinute),
            Fault(nameof(options.WatchedStreamsMax), options.WatchedStreamsMax, 1_000, 10_000_000),
            Fault(nameof(options.NudgePause), options.NudgePause, TimeSpan.FromMilliseconds(1), OneMinute));
    }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, AuthorityFeedOptions options)
    {
        return Result(
            Fault(nameof(options.WaitTimeout), options.WaitTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(20)),
            Fault(nameof(options.WaitersMax), options.WaitersMax, 1, 1_000_000),
            Fault(nameof(options.WaitersPerTenantMax), options.WaitersPerTenantMax, 1, 1_000_000),
            Fault(nameof(options.WakePause), options.WakePause, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)));
    }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, AuthorityDirectoryOptions options) =>
        Result(Fault(nameof(options.AgentsMax), options.AgentsMax, 1, 10_000_000));

    private static string? Fault<T>(string option, T value, T least, T most) where T : IComparable<T> =>
        value.CompareTo(least) < 0 || value.CompareTo(most) > 0 ? $"GenOps:Authority:{option} is {value}; set it from {least} to {most}" : null;

    private static ValidateOptionsResult Result(params string?[] faults)
    {
        var found = faults.OfType<string>().ToList();
        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }
}
