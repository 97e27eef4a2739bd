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
    private const string NotCompared = "the clock was not compared with PostgreSQL's yet; the database answers too slowly";

    private volatile Anchor _anchor = new(machine.GetUtcNow(), machine.GetTimestamp(), TimeSpan.Zero);
    private volatile string? _whyNotReady = NotCompared;

    /// <summary>What is added to the machine's clock.</summary>
    public TimeSpan Correction => _anchor.Correction;

    /// <inheritdoc/>
    public string? WhyNotReady => _whyNotReady;

    /// <summary>The machine's clock, uncorrected.</summary>
    public TimeProvider Machine => machine;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        var (anchor, timestamp, now) = (_anchor, machine.GetTimestamp(), machine.GetUtcNow());

        // A clock that somebody moved tells nothing until the database's was asked again; holds must not end by it meanwhile.
        return now + anchor.Correction - Moved(anchor, timestamp, now);
    }

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
        // An answer that took long says little; the next one says more. Unless even so it proves the clock wrong.
        if (reading.RoundTrip > options.Value.ClockRoundTripMax && reading.LeastSkew <= options.Value.ClockSkewMax)
            return;

        NodeInstruments.ClockCompared(reading.Ahead);

        var (timestamp, now) = (machine.GetTimestamp(), machine.GetUtcNow());
        var moved = Moved(_anchor, timestamp, now);
        if (moved != TimeSpan.Zero)
        {
            // Moved before the question or after it: the next reading says.
            _anchor = new Anchor(now, timestamp, _anchor.Correction - moved);
            return;
        }

        // A slow answer may show that the clock is wrong, but not by how much; what was known before is better.
        if (reading.RoundTrip <= options.Value.ClockRoundTripMax || _whyNotReady == NotCompared)
            _anchor = new Anchor(now, timestamp, reading.LeastSkew > options.Value.ClockCorrectedFrom ? -reading.Ahead : TimeSpan.Zero);
        var side = reading.Ahead > TimeSpan.Zero ? "ahead of" : "behind";
        if (reading.LeastSkew > options.Value.ClockSkewMax)
        {
            if (_whyNotReady is null or NotCompared)
                ClusterLog.ClockWrong(log, reading.Ahead.Duration(), side, options.Value.ClockSkewMax);
            _whyNotReady = FormattableString.Invariant(
                $"the clock is {reading.Ahead.Duration().TotalSeconds:0.0} s {side} PostgreSQL's, at most {options.Value.ClockSkewMax.TotalSeconds:0.0} s is allowed; set this machine's clock right");
        }
        else if (_whyNotReady is not null)
        {
            if (_whyNotReady != NotCompared)
                ClusterLog.ClockRight(log, options.Value.ClockSkewMax);
            _whyNotReady = null;
        }
    }

    /// <summary>By how much the machine's clock was moved since, by hand or by a step of its time service; zero if it just went on.</summary>
    private TimeSpan Moved(Anchor anchor, long timestamp, DateTimeOffset now)
    {
        var moved = now - anchor.Machine - machine.GetElapsedTime(anchor.Timestamp, timestamp);
        return moved.Duration() > options.Value.ClockCorrectedFrom ? moved : TimeSpan.Zero;
    }

    /// <summary>The machine's two clocks at one moment, and what was to be added to the one then.</summary>
    private sealed record Anchor(DateTimeOffset Machine, long Timestamp, TimeSpan Correction);
}
