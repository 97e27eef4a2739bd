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
    private readonly DueQueue _own = new();
    private readonly DueQueue _others = new();
    private readonly LinkedList<WorkloadId> _unresolved = new();
    private readonly Dictionary<WorkloadId, LinkedListNode<WorkloadId>> _places = [];

    public int Count => _holdings.Count;

    /// <summary>How many unresolved ones count although they are not here.</summary>
    public int Forgotten { get; set; }

    /// <summary>Whether an unresolved one may count although it is not here.</summary>
    public bool HasForgotten => Forgotten > 0;

    /// <summary>When the next open hold ends; null if none is open.</summary>
    public DateTimeOffset? NextDue => (NextOwnDue, _others.Next(_holdings)) switch
    {
        ({ } own, { } other) => own < other ? own : other,
        var (own, other) => own ?? other,
    };

    /// <summary>When the next open hold ends that no other budget has a say in; null if none is open.</summary>
    public DateTimeOffset? NextOwnDue => _own.Next(_holdings);

    public Holding? Find(WorkloadId id) => _holdings.GetValueOrDefault(id);

    /// <summary>Adds or replaces.</summary>
    public void Set(WorkloadId id, Holding holding)
    {
        var before = _holdings.GetValueOrDefault(id);
        _holdings[id] = holding;
        if (holding.State == WorkloadState.Open && holding.ExpiresAt != before?.ExpiresAt)
            (holding.CommitsIn is null ? _own : _others).Add(id, holding.ExpiresAt, _holdings);

        if (holding.State == WorkloadState.Unresolved && !_places.ContainsKey(id))
        {
            _places.Add(id, _unresolved.AddLast(id));
            if (_places.Count > unresolvedMax)
            {
                Remove(_unresolved.First!.Value, null);
                Forgotten++;
            }
        }
    }

    /// <summary>Takes one out that ends; null if it was not here.</summary>
    /// <param name="id">The workload.</param>
    /// <param name="from">Where it stood: an unresolved one that is not here was forgotten, and counts no more.</param>
    public Holding? Remove(WorkloadId id, WorkloadState? from)
    {
        if (!_holdings.Remove(id, out var holding))
        {
            if (from == WorkloadState.Unresolved)
                Forgotten--;
            return null;
        }

        if (_places.Remove(id, out var place))
            _unresolved.Remove(place);
        return holding;
    }

    /// <summary>The workloads in <paramref name="state"/>, by id after <paramref name="after"/>.</summary>
    public ImmutableArray<WorkloadId> List(WorkloadState state, WorkloadId? after, int countMax) =>
    [
        .. _holdings.Where(pair => pair.Value.State == state).Select(pair => pair.Key)
            .Where(id => after is not { } last || id.CompareTo(last) > 0)
            .Order().Take(countMax),
    ];

    /// <summary>The open holds whose time has come and that this budget alone can end.</summary>
    public IReadOnlyList<(WorkloadId Id, Holding Holding)> Expired(DateTimeOffset now, int countMax) => _own.Until(now, countMax, _holdings);

    /// <summary>The open holds whose time has come and that another budget decides upon.</summary>
    public IReadOnlyList<(WorkloadId Id, Holding Holding)> ExpiredElsewhere(DateTimeOffset now, int countMax) => _others.Until(now, countMax, _holdings);

    /// <summary>All, the unresolved ones in the order in which they would be forgotten.</summary>
    public IEnumerable<(WorkloadId Id, Holding Holding)> InOrder() =>
        _unresolved.Select(id => (id, _holdings[id]))
            .Concat(_holdings.Where(pair => pair.Value.State != WorkloadState.Unresolved).Select(pair => (pair.Key, pair.Value)));
}
