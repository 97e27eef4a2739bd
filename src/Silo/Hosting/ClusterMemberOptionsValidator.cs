using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Refuses settings of a member that can't work, and says what to set instead.</summary>
internal sealed class ClusterMemberOptionsValidator : IValidateOptions<ClusterMemberOptions>
{
    private const int NameLengthMax = 150;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ClusterMemberOptions options)
    {
        var faults = new List<string>();
        CheckName(nameof(options.ClusterId), options.ClusterId);
        CheckName(nameof(options.ServiceId), options.ServiceId);
        Check(nameof(options.ProbeTimeout), options.ProbeTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Check(nameof(options.MissedProbesMax), options.MissedProbesMax, 1, 10);
        Check(nameof(options.VotesForDeath), options.VotesForDeath, 1, 10);
        Check(nameof(options.TableRefresh), options.TableRefresh, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(5));
        Check(nameof(options.IAmAlive), options.IAmAlive, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(5));
        Check(nameof(options.DeadKept), options.DeadKept, TimeSpan.FromHours(2), TimeSpan.FromDays(366));
        Check(nameof(options.MemoryLimitPercent), options.MemoryLimitPercent, 10, 99);
        Check(nameof(options.GatewayMemoryLimitPercent), options.GatewayMemoryLimitPercent, options.MemoryLimitPercent, 100);
        Check(nameof(options.GatewayCpuLimitPercent), options.GatewayCpuLimitPercent, 50, 100);
        Check(nameof(options.ActorCallsQueuedMax), options.ActorCallsQueuedMax, 100, 1_000_000);
        Check(nameof(options.WatchInterval), options.WatchInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));
        Check(nameof(options.ClockSkewMax), options.ClockSkewMax, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Check(nameof(options.ClockCorrectedFrom), options.ClockCorrectedFrom, TimeSpan.FromMilliseconds(10), options.ClockSkewMax);
        Check(nameof(options.ClockRoundTripMax), options.ClockRoundTripMax, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10));
        Check(nameof(options.IsolationTimeout), options.IsolationTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Check(nameof(options.DatabaseWait), options.DatabaseWait, TimeSpan.Zero, TimeSpan.FromHours(1));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void CheckName(string option, string value)
        {
            if (value.Length is 0 or > NameLengthMax || !value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
                faults.Add($"{ClusterMemberOptions.Section}:{option} is '{value}'; set it to 1 to {NameLengthMax} letters, digits, dots, dashes and underscores");
        }

        void Check<T>(string option, T value, T least, T most) where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                faults.Add(FormattableString.Invariant($"{ClusterMemberOptions.Section}:{option} is {value}; set it from {least} to {most}"));
        }
    }
}
