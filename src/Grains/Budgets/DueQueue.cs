using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Open holds by the time of their end. What has ended in another way leaves it when it is met.</summary>
internal sealed class DueQueue
{
    /// <summary>How many ended ones are let be.</summary>
    private const int EndedMax = 1024;

    private readonly PriorityQueue<WorkloadId, DateTimeOffset> _queue = new();

    public void Add(WorkloadId id, DateTimeOffset expiresAt, IReadOnlyDictionary<WorkloadId, Holding> holdings)
    {
        _queue.Enqueue(id, expiresAt);

        // Holds that have ended stay until their time: a long life and a busy budget would fill the memory.
        if (_queue.Count <= EndedMax + (2 * holdings.Count))
            return;

        var open = _queue.UnorderedItems.Where(item => IsOpen(item.Element, item.Priority, holdings)).ToList();
        _queue.Clear();
        _queue.EnqueueRange(open);
    }

    /// <summary>When the first ends; null if none is open.</summary>
    public DateTimeOffset? Next(IReadOnlyDictionary<WorkloadId, Holding> holdings)
    {
        while (_queue.TryPeek(out var id, out var at))
        {
            if (IsOpen(id, at, holdings))
                return at;
            _queue.Dequeue();
        }

        return null;
    }

    /// <summary>Those that have ended by <paramref name="now"/>, in order. They stay here until they are something else than open.</summary>
    public IReadOnlyList<(WorkloadId Id, Holding Holding)> Until(
        DateTimeOffset now, int countMax, IReadOnlyDictionary<WorkloadId, Holding> holdings)
    {
        if (!(Next(holdings) <= now))
            return [];

        // What ended and holds again stands here twice.
        var due = new List<(WorkloadId Id, Holding Holding)>();
        var met = new HashSet<WorkloadId>();
        while (due.Count < countMax && Next(holdings) <= now)
        {
            var id = _queue.Dequeue();
            if (met.Add(id))
                due.Add((id, holdings[id]));
        }

        foreach (var (id, holding) in due)
            _queue.Enqueue(id, holding.ExpiresAt);
        return due;
    }

    private static bool IsOpen(WorkloadId id, DateTimeOffset at, IReadOnlyDictionary<WorkloadId, Holding> holdings) =>
        holdings.TryGetValue(id, out var holding) && holding.State == WorkloadState.Open && holding.ExpiresAt == at;
}
