using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Throttling;

/// <summary>
/// Who runs at once. A slot is a lease: it ends with its workload, or lapses by itself when the workload's hold does, so
/// that a crashed client leaks none.
/// </summary>
public sealed class ConcurrencySlots
{
    private readonly Dictionary<WorkloadId, long> _leases = [];
    private readonly SortedSet<(long ExpiresAt, WorkloadId Id)> _byExpiry = [];

    /// <summary>How many run.</summary>
    public int CountAt(DateTimeOffset now)
    {
        Lapse(now);
        return _leases.Count;
    }

    /// <summary>
    /// How long until one more runs at the latest if nobody prolongs: until so many leases lapse that there is room. Mostly
    /// there is earlier, since most work ends before its lease does. Zero if there is room now.
    /// </summary>
    /// <param name="limit">How many may run at once; 1 or more.</param>
    /// <param name="now">The instant.</param>
    public TimeSpan WaitFor(int limit, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var count = CountAt(now);
        if (count < limit)
            return TimeSpan.Zero;

        // After a limit was lowered, several have to end.
        var freeing = _byExpiry.ElementAt(count - limit);
        return new TimeSpan(freeing.ExpiresAt - now.UtcTicks);
    }

    /// <summary>Takes a slot, also beyond a limit; a workload that has one has it until <paramref name="expiresAt"/>.</summary>
    public void Begin(WorkloadId id, DateTimeOffset expiresAt)
    {
        End(id);
        _leases.Add(id, expiresAt.UtcTicks);
        _byExpiry.Add((expiresAt.UtcTicks, id));
    }

    /// <summary>The workload's slot lapses at <paramref name="expiresAt"/> now; nothing if it has none.</summary>
    public void Extend(WorkloadId id, DateTimeOffset expiresAt)
    {
        if (_leases.ContainsKey(id))
            Begin(id, expiresAt);
    }

    /// <summary>Frees the workload's slot; nothing if it has none.</summary>
    public void End(WorkloadId id)
    {
        if (_leases.Remove(id, out var expiresAt))
            _byExpiry.Remove((expiresAt, id));
    }

    private void Lapse(DateTimeOffset now)
    {
        while (_byExpiry.Count > 0 && _byExpiry.Min is var (expiresAt, id) && expiresAt <= now.UtcTicks)
            End(id);
    }
}
