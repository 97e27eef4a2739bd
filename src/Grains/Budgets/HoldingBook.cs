using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
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
    private readonly Dictionary<HeldFor, (HeldFor Shared, int Count)> _heldFor = [];
    private readonly Dictionary<ApprovalId, HashSet<WorkloadId>> _takers = [];

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
        holding = Share(holding);
        Forget(id, before);
        _holdings[id] = holding;
        if (holding.Taken is { } taken)
        {
            if (!_takers.TryGetValue(taken.Approval, out var takers))
                _takers.Add(taken.Approval, takers = []);
            takers.Add(id);
        }

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

        Forget(id, holding);
        if (_places.Remove(id, out var place))
            _unresolved.Remove(place);
        return holding;
    }

    /// <summary>The workloads after which the approval's hold may hold again.</summary>
    public IEnumerable<WorkloadId> TakersOf(ApprovalId approval) => _takers.GetValueOrDefault(approval) ?? Enumerable.Empty<WorkloadId>();

    /// <summary>What is held for running work, by delegation and agent.</summary>
    public ImmutableArray<DelegationHold> ByDelegation() =>
    [
        .. _holdings.Values.Where(holding => holding is { State: WorkloadState.Open, For: not null })
            .GroupBy(holding => holding.For!)
            .OrderBy(group => group.Key.Delegation?.Value, StringComparer.Ordinal).ThenBy(group => group.Key.Agent.Value, StringComparer.Ordinal)
            .Select(group => new DelegationHold(
                group.Key.Delegation, group.Key.Agent, group.Count(holding => holding.CommitsIn is null),
                group.Aggregate(Quantity.Zero, (sum, holding) => sum + holding.Amount))),
    ];

    /// <summary>The workloads in <paramref name="state"/>, approvals not counted, by id after <paramref name="after"/>.</summary>
    public ImmutableArray<WorkloadId> List(WorkloadState state, WorkloadId? after, int countMax) =>
    [
        .. _holdings.Where(pair => pair.Value.State == state && !pair.Value.IsForApproval).Select(pair => pair.Key)
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

    /// <summary>With the one object that says whose work it is: an entry as it was read has its own.</summary>
    private Holding Share(Holding holding)
    {
        if (holding.For is not { } heldFor)
            return holding;

        var (shared, count) = _heldFor.GetValueOrDefault(heldFor, (heldFor, 0));
        _heldFor[shared] = (shared, count + 1);
        return ReferenceEquals(shared, heldFor) ? holding : holding with { For = shared };
    }

    private void Forget(WorkloadId id, Holding? holding)
    {
        if (holding?.For is { } heldFor)
        {
            var (shared, count) = _heldFor[heldFor];
            if (count == 1)
                _heldFor.Remove(heldFor);
            else
                _heldFor[shared] = (shared, count - 1);
        }

        if (holding?.Taken is { } taken && _takers.TryGetValue(taken.Approval, out var takers) && takers.Remove(id) && takers.Count == 0)
            _takers.Remove(taken.Approval);
    }
}
