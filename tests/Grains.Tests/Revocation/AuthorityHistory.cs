using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tests.Simulation;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>
/// What clients and operators did and were told, with the beginning and the end of each call in one order; and the proof
/// that nothing was allowed on authority whose end had been acknowledged before the call began. It knows nothing of the
/// ledger, and shares no code with what decides.
/// </summary>
internal sealed class AuthorityHistory
{
    private readonly Dictionary<string, RecordedDelegation> _delegations = [];
    private readonly List<RecordedAgent> _agents = [];
    private readonly List<RecordedAllowance> _allowances = [];
    private readonly List<RecordedListing> _listings = [];
    private readonly List<string> _faults = [];
    private long _position;

    public IReadOnlyList<RecordedAgent> Agents => _agents;

    public IReadOnlyCollection<RecordedDelegation> Delegations => _delegations.Values;

    public IReadOnlyList<RecordedAllowance> Allowances => _allowances;

    /// <summary>What was allowed and holds money, once each.</summary>
    public IEnumerable<RecordedAllowance> Workloads => _allowances.Where(allowance => allowance.Call == RecordedAllowance.Authorize).DistinctBy(allowance => allowance.Id);

    public WrittenValues<bool> TenantSuspended { get; } = new(false);

    /// <summary>How many acts that take authority away were acknowledged.</summary>
    public int Revocations { get; private set; }

    public int Listings => _listings.Count;

    /// <summary>The next place in the order of everything.</summary>
    public long Next() => ++_position;

    public RecordedAgent Add(RecordedAgent agent)
    {
        _agents.Add(agent);
        return agent;
    }

    public RecordedAgent Agent(string name) => _agents.Find(agent => agent.Name == name)!;

    public RecordedDelegation Add(RecordedDelegation delegation)
    {
        _delegations.Add(delegation.Id, delegation);
        return delegation;
    }

    public RecordedDelegation Delegation(string id) => _delegations[id];

    /// <summary>The chain up to a person that ends with the delegation, itself last.</summary>
    public List<RecordedDelegation> ChainOf(RecordedDelegation delegation)
    {
        var chain = new List<RecordedDelegation>();
        for (var link = delegation; ; link = _delegations[link.Parent!])
        {
            chain.Insert(0, link);
            if (link.Parent is null)
                return chain;
        }
    }

    public void Revoked() => Revocations++;

    public void Allowed(RecordedAllowance allowance) => _allowances.Add(allowance);

    public void Listed(RecordedListing listing) => _listings.Add(listing);

    /// <summary>Something that is wrong whatever else happened.</summary>
    public void Fault(string fault) => _faults.Add(fault);

    /// <summary>A delegation was passed on by its grantor with the grantor's key.</summary>
    public void Delegated(string grantor, RecordedKey key, string id, long startedAt, long endedAt)
    {
        var agent = Agent(grantor);
        if (key.RevokedAt < startedAt)
            _faults.Add($"passed on after its end: {id} by {grantor} with {key.Name}, revoked at {key.RevokedAt}, in [{startedAt}, {endedAt}]");
        if (!agent.Suspended.MayHaveBeen(suspended => !suspended, startedAt, endedAt) || !agent.Closed.MayHaveBeen(closed => !closed, startedAt, endedAt))
            _faults.Add($"passed on by an agent that is stopped: {id} by {grantor} in [{startedAt}, {endedAt}]; suspended {agent.Suspended}; closed {agent.Closed}");
    }

    /// <exception cref="SimulationFailedException">What was promised was not kept.</exception>
    public void Check()
    {
        foreach (var allowance in _allowances)
        {
            if (FaultOf(allowance) is { } fault)
                Fault($"{allowance.Call} allowed after its end: {allowance.Id} by {allowance.Agent} for {allowance.Request.Tool} in [{allowance.StartedAt}, {allowance.EndedAt}] on {Name(allowance.Chain)}: {fault}");
        }

        foreach (var listing in _listings)
        {
            foreach (var allowance in listing.Asked)
            {
                if (!listing.Revoked.Contains(allowance.Id)
                    && FaultOf(allowance with { Key = listing.Key, StartedAt = listing.StartedAt, EndedAt = listing.EndedAt }) is { } fault)
                    Fault($"not listed: {allowance.Id} by {allowance.Agent} on {Name(allowance.Chain)} in [{listing.StartedAt}, {listing.EndedAt}]: {fault}");
            }
        }

        foreach (var delegation in _delegations.Values)
        {
            foreach (var startedAt in delegation.Puts)
            {
                if (EndOf(delegation, startedAt) is { } end)
                    Fault($"made again after its end: {delegation.Id} at {startedAt}: {end}");
            }
        }

        if (_faults.Count == 0)
            return;

        // One of each sort tells most.
        var sorts = _faults.GroupBy(fault => fault[..fault.IndexOf(':', StringComparison.Ordinal)]).Select(sort => $"{sort.Count()} {sort.First()}");
        throw new SimulationFailedException($"{_faults.Count} faults:\n    " + string.Join("\n    ", sorts));
    }

    /// <summary>Why the call must not have been allowed; null if it may have been.</summary>
    private string? FaultOf(RecordedAllowance allowance)
    {
        var (from, to) = (allowance.StartedAt, allowance.EndedAt);
        if (allowance.Key is { } key && key.RevokedAt < from)
            return $"its key {key.Name} was revoked at {key.RevokedAt}";
        if (!TenantSuspended.MayHaveBeen(suspended => !suspended, from, to))
            return $"the tenant is suspended: {TenantSuspended}";
        if (allowance.Chain is not { IsEmpty: false } ids)
            return "it names no chain";

        string? above = null;
        string? grantee = null;
        foreach (var id in ids)
        {
            if (!_delegations.TryGetValue(id.Value, out var link) || link.Parent != above || link.From != grantee || link.Made.StartedAt >= to)
                return $"{id} is no link there";

            if (StopOf(link, allowance.Request.Tool!, from, to) is { } stop)
                return stop;
            (above, grantee) = (link.Id, link.To);
        }

        if (grantee != allowance.Agent)
            return $"the chain ends with {grantee}";

        // What it stands on may stand; without any such chain it could not.
        return _delegations.Values.Any(own => own.To == allowance.Agent && ChainOf(own).TrueForAll(link => StopOf(link, allowance.Request.Tool!, from, to) is null))
            ? null
            : "no chain permits it";
    }

    /// <summary>Why nothing may pass through a link at any instant from one to the other.</summary>
    private string? StopOf(RecordedDelegation link, string tool, long from, long to)
    {
        var grantee = Agent(link.To);
        return EndOf(link, from) is { } end ? end
            : !grantee.Suspended.MayHaveBeen(suspended => !suspended, from, to) ? $"{link.To}, to whom {link.Id} was granted, is suspended: {grantee.Suspended}"
            : !grantee.Closed.MayHaveBeen(closed => !closed, from, to) ? $"{link.To}, to whom {link.Id} was granted, is closed: {grantee.Closed}"
            : !link.Tools.MayHaveBeen(tools => tools.Contains(tool), from, to) ? $"{link.Id} was narrowed: {link.Tools}"
            : null;
    }

    /// <summary>Why a delegation is over for ever before <paramref name="from"/>.</summary>
    private string? EndOf(RecordedDelegation delegation, long from)
    {
        if (delegation.RevokedAt < from)
            return $"{delegation.Id} was revoked at {delegation.RevokedAt}";

        var closing = Agent(delegation.To).Closings.Find(closing => closing.EndedAt < from && delegation.Made.EndedAt < closing.StartedAt);
        return closing is null ? null : $"{delegation.Id} ended when {delegation.To} was closed in [{closing.StartedAt}, {closing.EndedAt}]";
    }

    private static string Name(ImmutableArray<DelegationId>? chain) => chain is { } ids ? string.Join(" > ", ids) : "no chain";
}
