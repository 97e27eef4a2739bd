using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// The workloads that a budget holds money for: all that are open, and the newest of the unresolved ones. Older unresolved
/// ones count in the sums of their scopes, and are found in the ledger.
/// </summary>
/// <param name="unresolvedMax">The most unresolved ones kept.</param>
internal sealed class HoldingBook(int unresolvedMax)
{
    private readonly Dictionary<WorkloadId, Holding> _holdings = [];
    private readonly PriorityQueue<WorkloadId, DateTimeOffset> _due = new();
    private readonly Queue<WorkloadId> _unresolved = new();
    private int _unresolvedCount;

    public int Count => _holdings.Count;

    public IReadOnlyDictionary<WorkloadId, Holding> All => _holdings;

    /// <summary>Whether an unresolved one may count although it is not here.</summary>
    public bool HasForgotten { get; set; }

    /// <summary>When the next open hold ends; null if none is open.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            while (_due.TryPeek(out var id, out var at))
            {
                if (_holdings.TryGetValue(id, out var holding) && holding.State == WorkloadState.Open && holding.ExpiresAt == at)
                    return at;
                _due.Dequeue();
            }

            return null;
        }
    }

    public Holding? Find(WorkloadId id) => _holdings.GetValueOrDefault(id);

    /// <summary>Adds or replaces.</summary>
    public void Set(WorkloadId id, Holding holding)
    {
        var before = _holdings.GetValueOrDefault(id);
        _holdings[id] = holding;
        if (holding.State == WorkloadState.Open && holding.ExpiresAt != before?.ExpiresAt)
        {
            _due.Enqueue(id, holding.ExpiresAt);

            // Holds that have ended stay in the queue until their time: a long life and a busy budget would fill the memory.
            if (_due.Count > 1024 + (2 * _holdings.Count))
                RebuildDue();
        }

        if (holding.State == WorkloadState.Unresolved && before?.State != WorkloadState.Unresolved)
        {
            _unresolved.Enqueue(id);
            _unresolvedCount++;
            Forget();
        }
    }

    public void Remove(WorkloadId id, out Holding? holding)
    {
        if (_holdings.Remove(id, out holding) && holding.State == WorkloadState.Unresolved)
            _unresolvedCount--;
    }

    /// <summary>The workloads in <paramref name="state"/>, by id after <paramref name="after"/>.</summary>
    public ImmutableArray<WorkloadId> List(WorkloadState state, WorkloadId? after, int countMax) =>
    [
        .. _holdings.Where(pair => pair.Value.State == state).Select(pair => pair.Key)
            .Where(id => after is not { } last || id.CompareTo(last) > 0)
            .Order().Take(countMax),
    ];

    /// <summary>The open holds whose time has come.</summary>
    public IEnumerable<(WorkloadId Id, Holding Holding)> Expired(DateTimeOffset now)
    {
        if (NextDue is not { } first || first > now)
            yield break;

        // Ended holds leave the queue when NextDue meets them, so a look at the whole queue is rare and short.
        var seen = new HashSet<WorkloadId>();
        foreach (var (id, at) in _due.UnorderedItems)
        {
            if (at <= now && _holdings.TryGetValue(id, out var holding)
                && holding.State == WorkloadState.Open && holding.ExpiresAt <= now && seen.Add(id))
                yield return (id, holding);
        }
    }

    /// <summary>All, the unresolved ones in the order in which they would be forgotten.</summary>
    public IEnumerable<(WorkloadId Id, Holding Holding)> InOrder()
    {
        var told = new HashSet<WorkloadId>();
        foreach (var id in _unresolved.Reverse().Where(id => Find(id) is { State: WorkloadState.Unresolved } && told.Add(id)).Reverse().ToList())
            yield return (id, _holdings[id]);
        foreach (var (id, holding) in _holdings)
        {
            if (holding.State != WorkloadState.Unresolved)
                yield return (id, holding);
        }
    }

    private void Forget()
    {
        while (_unresolvedCount > unresolvedMax)
        {
            var oldest = _unresolved.Dequeue();

            // One that was settled and became unresolved once more stands in the queue twice; its later place counts.
            if (!_holdings.TryGetValue(oldest, out var holding) || holding.State != WorkloadState.Unresolved || _unresolved.Contains(oldest))
                continue;
            _holdings.Remove(oldest);
            _unresolvedCount--;
            HasForgotten = true;
        }

        if (_unresolved.Count > 1024 + (2 * _unresolvedCount))
        {
            var still = InOrder().Where(held => held.Holding.State == WorkloadState.Unresolved).Select(held => held.Id).ToList();
            _unresolved.Clear();
            foreach (var id in still)
                _unresolved.Enqueue(id);
        }
    }

    private void RebuildDue()
    {
        _due.Clear();
        foreach (var (id, holding) in _holdings)
        {
            if (holding.State == WorkloadState.Open)
                _due.Enqueue(id, holding.ExpiresAt);
        }
    }
}
