using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority;

/// <summary>Delegations that were made and changed through the rules only, as the agents' actors would.</summary>
internal sealed class DelegationBook
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static readonly Principal Maria = Principal.Parse("user:maria");

    private readonly SortedDictionary<DelegationId, Delegation> _delegations = [];
    private readonly HashSet<Principal> _suspended = [];

    /// <summary>Every one, by its name.</summary>
    public IReadOnlyCollection<Delegation> All => _delegations.Values;

    public Delegation this[string id] => _delegations[DelegationId.Parse(id)];

    public static DelegationDefinition FromMaria(string to, Capabilities? capabilities = null, DelegationLimits? limits = null) =>
        new(Maria, Principal.Parse($"agent:{to}"), null, capabilities, limits);

    public static ImmutableArray<string>? Names(params string[] names) => [.. names];

    public static Amount Usd(string amount) => new(Quantity.Parse(amount), Unit.Usd);

    public static WorkloadRequest Ask(string agent, string operation = "inference") => new(
        AgentId.Parse(agent), new Operation("answer", operation), new Attribution("support", "helpdesk", "production"));

    /// <summary>Makes or changes one.</summary>
    /// <exception cref="GenOps.ControlPlane.Errors.GenOpsException">The rules refuse it, and nothing has changed.</exception>
    public Delegation Put(string id, DelegationDefinition definition)
    {
        DelegationRules.Require(definition);
        var before = _delegations.GetValueOrDefault(DelegationId.Parse(id));
        if (before is not null)
            DelegationRules.RequireUnchanged(before, definition);
        if (definition.Parent is { } parent)
            DelegationRules.RequireNarrower(definition, ChainOf(parent), isMade: before is not null);

        var made = before is null
            ? new Delegation(DelegationId.Parse(id), definition, 1, Noon, Maria)
            : before with { Definition = definition, Version = before.Version + 1 };
        return _delegations[made.Id] = made;
    }

    /// <summary>Passes one on.</summary>
    public Delegation PassOn(string parent, string id, string to, Capabilities? capabilities = null, DelegationLimits? limits = null) =>
        Put(id, new(this[parent].Definition.To, Principal.Parse($"agent:{to}"), DelegationId.Parse(parent), capabilities, limits));

    public void Revoke(string id) =>
        _delegations[DelegationId.Parse(id)] = this[id] with { Revoked = new DelegationEnd(Noon, Maria, "it was leaked") };

    public void Suspend(string agent) => _suspended.Add(Principal.Parse($"agent:{agent}"));

    public bool IsSuspended(Principal agent) => _suspended.Contains(agent);

    public AuthorityChain ChainOf(string id) => ChainOf(DelegationId.Parse(id));

    public AuthorityChain ChainOf(DelegationId id)
    {
        var links = new Stack<Delegation>();
        for (DelegationId? at = id; at is { } one; at = _delegations[one].Definition.Parent)
            links.Push(_delegations[one]);

        var stopped = links.Select(link => link.Definition.To).Where(IsSuspended).Take(1).ToList();
        return new AuthorityChain(
            [.. links], stopped is [var agent] ? new AuthorityFault(ReasonCodes.AgentSuspended, $"{agent} is suspended", agent.Value) : null);
    }

    public ImmutableArray<AuthorityChain> ChainsOf(string agent) =>
        [.. All.Where(one => one.Definition.To == Principal.Parse($"agent:{agent}")).Select(one => ChainOf(one.Id))];

    /// <summary>What is said to a request, by default of one that costs nothing.</summary>
    public AuthorityVerdict Evaluate(WorkloadRequest request, string? cost = "0", DateTimeOffset? now = null) =>
        AuthorityEvaluator.Evaluate(
            request.Agent, ChainsOf(request.Agent.Value), request, now ?? Noon, unit => cost is null ? null : Quantity.Parse(cost));
}
