using System.Collections.Concurrent;
using System.Diagnostics;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// Everything that callers did and were told, in memory, by the one monotonic clock of this process: a call that began
/// after another one ended really came later.
/// </summary>
/// <param name="started">When it began, for a part of another process's history; now if absent.</param>
public sealed class History(long? started = null)
{
    private const int LastMax = 20;

    private static readonly TimeSpan LastSpan = TimeSpan.FromSeconds(10);

    private readonly long _started = started ?? Stopwatch.GetTimestamp();
    private readonly ConcurrentQueue<Call> _calls = [];
    private readonly ConcurrentQueue<string> _faults = [];
    private int _acknowledged;

    /// <summary>When it began, as <see cref="Stopwatch"/> counts: one clock for all processes of a machine.</summary>
    public long Started => _started;

    /// <summary>The time since this history began.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    /// <summary>All calls, in the order in which they ended.</summary>
    public IReadOnlyCollection<Call> Calls => _calls;

    /// <summary>Answers that are wrong whatever else happened.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>How many calls were acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>How the calls of the last 10 s ended, by where they were sent, for messages.</summary>
    public string LastSeen()
    {
        var from = Now - LastSpan;
        var last = _calls.Where(call => call.Ended >= from).CountBy(call => $"{call.Kind} through {call.Door}: {call.Error ?? $"{call.End}"}")
            .OrderByDescending(ends => ends.Value).Take(LastMax).Select(ends => $"{ends.Value} {ends.Key}");
        return $"{Acknowledged} calls were acknowledged; in the last {LastSpan.TotalSeconds:0} s: {string.Join("; ", last.DefaultIfEmpty("no call ended"))}";
    }

    /// <summary>Writes a call down.</summary>
    public void Add(Call call)
    {
        ArgumentNullException.ThrowIfNull(call);
        _calls.Enqueue(call);
        if (call.IsAcknowledged)
            Interlocked.Increment(ref _acknowledged);
    }

    /// <summary>Writes down that something is wrong.</summary>
    public void Fault(string fault) => _faults.Enqueue(fault);
}
