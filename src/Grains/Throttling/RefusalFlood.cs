using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Throttling;

/// <summary>
/// Tells which RATE_LIMITED of an agent are recorded one by one and which are only counted, so that one agent that does not
/// wait is not everybody's write load.
/// </summary>
/// <param name="options">How many are recorded in which time.</param>
public sealed class RefusalFlood(ThrottleOptions options)
{
    /// <summary>The most counts at once: a code and what determined it each. What is beyond is counted as by several.</summary>
    public const int CountsMax = 64;

    private const string Several = "several";

    /// <summary>When the last recorded ones were refused, the oldest first.</summary>
    private readonly Queue<long> _recorded = [];

    private readonly Dictionary<(string Code, string DeterminedBy), WorkloadsRateLimited> _counts = [];

    /// <summary>When the next summary is due; null if nothing is counted.</summary>
    public DateTimeOffset? DueAt =>
        _counts.Count == 0 ? null : _counts.Values.Min(count => count.From) + options.FloodWindow;

    /// <summary>Whether this refusal is recorded by itself; if not, it is counted.</summary>
    /// <param name="id">The workload refused.</param>
    /// <param name="code">Its reason code.</param>
    /// <param name="determinedBy">What decided it.</param>
    /// <param name="now">The instant.</param>
    public bool Admit(WorkloadId id, string code, string determinedBy, DateTimeOffset now)
    {
        Forget(now);
        if (_recorded.Count < options.FloodRefusals)
        {
            _recorded.Enqueue(now.UtcTicks);
            return true;
        }

        var key = (code, determinedBy);
        if (!_counts.ContainsKey(key) && _counts.Count >= CountsMax - 2)
            key = (code, Several);
        var at = EntryText.Truncate(now);
        _counts[key] = _counts.TryGetValue(key, out var count)
            ? count with { Count = count.Count + 1, To = at, LastWorkload = id.ToString() }
            : new WorkloadsRateLimited(1, key.code, key.determinedBy, at, at, id.ToString());
        return false;
    }

    /// <summary>The summaries that are due, the one that began first before; each is given once. To be appended to the agent's stream.</summary>
    /// <param name="now">The instant.</param>
    /// <param name="all">Whether also those that are not due yet: the activation ends, say.</param>
    public IReadOnlyList<WorkloadsRateLimited> Take(DateTimeOffset now, bool all = false)
    {
        if (!all && !(DueAt <= now))
            return [];

        var due = _counts.Values
            .Where(count => all || count.From + options.FloodWindow <= now)
            .OrderBy(count => count.From)
            .ThenBy(count => count.Code, StringComparer.Ordinal)
            .ThenBy(count => count.DeterminedBy, StringComparer.Ordinal)
            .ToList();
        foreach (var count in due)
            _counts.Remove((count.Code, count.DeterminedBy));
        return due;
    }

    /// <summary>Whether a new one would do the same.</summary>
    public bool IsIdle(DateTimeOffset now)
    {
        Forget(now);
        return _recorded.Count == 0 && _counts.Count == 0;
    }

    private void Forget(DateTimeOffset now)
    {
        while (_recorded.TryPeek(out var oldest) && now.UtcTicks - oldest >= options.FloodWindow.Ticks)
            _recorded.Dequeue();
    }
}
