using GenOps.ControlPlane.Silo.Http;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>
/// The clock that a member of a cluster goes by: this machine's, set right by the database's once the two differ by more
/// than a good clock does. Budgets' windows, expiry and membership so mean the same time on every silo, whatever one
/// machine believes. Durations are measured by the machine, which no wrong clock harms.
/// </summary>
/// <param name="machine">The machine's clock.</param>
/// <param name="options">What difference is small, and what is too large to be ready.</param>
/// <param name="log">Told when it becomes too large and when it no longer is.</param>
internal sealed class ReferenceClock(TimeProvider machine, IOptions<ClusterMemberOptions> options, ILogger<ReferenceClock> log) : TimeProvider, IReadinessCondition
{
    private long _correctionTicks;
    private volatile string? _whyNotReady;

    /// <summary>What is added to the machine's clock.</summary>
    public TimeSpan Correction => new(Interlocked.Read(ref _correctionTicks));

    /// <inheritdoc/>
    public string? WhyNotReady => _whyNotReady;

    /// <summary>The machine's clock, uncorrected.</summary>
    public TimeProvider Machine => machine;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow() + Correction;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => machine.TimestampFrequency;

    /// <inheritdoc/>
    public override long GetTimestamp() => machine.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    /// <summary>Takes a comparison into account.</summary>
    public void Take(ClockReading reading)
    {
        // An answer that took long says little; the next one says more.
        if (reading.RoundTrip > options.Value.ClockRoundTripMax)
            return;

        NodeInstruments.ClockCompared(reading.Ahead);

        Interlocked.Exchange(ref _correctionTicks, reading.LeastSkew > options.Value.ClockCorrectedFrom ? -reading.Ahead.Ticks : 0);
        var side = reading.Ahead > TimeSpan.Zero ? "ahead of" : "behind";
        if (reading.LeastSkew > options.Value.ClockSkewMax)
        {
            if (_whyNotReady is null)
                ClusterLog.ClockWrong(log, reading.Ahead.Duration(), side, options.Value.ClockSkewMax);
            _whyNotReady = FormattableString.Invariant(
                $"the clock is {reading.Ahead.Duration().TotalSeconds:0.0} s {side} PostgreSQL's, at most {options.Value.ClockSkewMax.TotalSeconds:0.0} s is allowed; set this machine's clock right");
        }
        else if (_whyNotReady is not null)
        {
            _whyNotReady = null;
            ClusterLog.ClockRight(log, options.Value.ClockSkewMax);
        }
    }
}
