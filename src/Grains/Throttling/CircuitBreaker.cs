using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Throttling;

/// <summary>
/// Stops calls of what keeps failing. Closed: all pass. Enough failures in a row open it: none passes. After a while one
/// probe at a time passes: it closes the breaker by success, and by failure opens it for twice as long.
/// </summary>
/// <param name="options">When it opens, and for how long.</param>
public sealed class CircuitBreaker(ThrottleOptions options)
{
    /// <summary>When the last failures in a row were reported, the oldest first; at most as many as open it.</summary>
    private readonly Queue<long> _failures = [];

    /// <summary>When probes may pass; null while closed.</summary>
    private long? _openUntil;

    private TimeSpan _openFor = options.BreakerOpenFor;
    private WorkloadId? _probe;
    private long _probeExpiresAt;

    /// <summary>Whether all pass.</summary>
    public bool IsClosed => _openUntil is null;

    /// <summary>
    /// How long until one more may pass: until a probe may, or until the probe that runs loses its place at the latest. Zero
    /// if it may now.
    /// </summary>
    public TimeSpan WaitFor(DateTimeOffset now)
    {
        if (_openUntil is not { } openUntil)
            return TimeSpan.Zero;

        var until = _probe is null ? openUntil : Math.Max(openUntil, _probeExpiresAt);
        return new TimeSpan(Math.Max(0, until - now.UtcTicks));
    }

    /// <summary>A workload begins; if the breaker is not closed, it is the probe.</summary>
    public void Begin(WorkloadId id, DateTimeOffset expiresAt, DateTimeOffset now)
    {
        if (IsClosed || WaitFor(now) > TimeSpan.Zero)
            return;

        _probe = id;
        _probeExpiresAt = expiresAt.UtcTicks;
    }

    /// <summary>The probe shows a sign of life; nothing if the workload is not the probe.</summary>
    public void Extend(WorkloadId id, DateTimeOffset expiresAt)
    {
        if (_probe == id)
            _probeExpiresAt = expiresAt.UtcTicks;
    }

    /// <summary>A workload ended.</summary>
    /// <param name="id">The workload.</param>
    /// <param name="outcome">How; null if it never ran. That, and <see cref="Outcome.Unknown"/>, says nothing, but frees the probe's place.</param>
    /// <param name="now">When that was reported.</param>
    public void End(WorkloadId id, Outcome? outcome, DateTimeOffset now)
    {
        if (IsClosed)
            Count(outcome, now);
        else if (_probe == id)
            Judge(outcome, now);

        // What else reports while it is open began before it opened, and says nothing new.
    }

    /// <summary>
    /// Whether it may be forgotten: it is closed without failures, or nobody tried for so long after probes were let through
    /// that what failed then says nothing any more.
    /// </summary>
    public bool IsIdle(DateTimeOffset now)
    {
        Forget(now);
        if (_openUntil is not { } openUntil)
            return _failures.Count == 0;

        var until = _probe is null ? openUntil : Math.Max(openUntil, _probeExpiresAt);
        return now.UtcTicks - until >= options.BreakerOpenForMax.Ticks;
    }

    private void Count(Outcome? outcome, DateTimeOffset now)
    {
        if (outcome == Outcome.Succeeded)
            _failures.Clear();
        if (outcome != Outcome.Failed)
            return;

        Forget(now);
        _failures.Enqueue(now.UtcTicks);
        if (_failures.Count >= options.BreakerFailures)
            Open(options.BreakerOpenFor, now);
    }

    private void Judge(Outcome? outcome, DateTimeOffset now)
    {
        _probe = null;
        if (outcome == Outcome.Succeeded)
        {
            _openUntil = null;
            _openFor = options.BreakerOpenFor;
        }
        else if (outcome == Outcome.Failed)
        {
            Open(_openFor >= options.BreakerOpenForMax / 2 ? options.BreakerOpenForMax : _openFor * 2, now);
        }
    }

    private void Open(TimeSpan openFor, DateTimeOffset now)
    {
        _failures.Clear();
        _openFor = openFor;
        _openUntil = now.UtcTicks + openFor.Ticks;
    }

    /// <summary>Failures in a row that lie further apart are no outage.</summary>
    private void Forget(DateTimeOffset now)
    {
        while (_failures.TryPeek(out var oldest) && now.UtcTicks - oldest > options.BreakerWindow.Ticks)
            _failures.Dequeue();
    }
}
