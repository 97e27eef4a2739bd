using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Demo.Organisations;

/// <summary>Who passes what on to whom in an organisation: each delegation of a person, and below it what was made from it.</summary>
internal sealed class GrantForest
{
    private readonly Dictionary<DelegationId, Grant> _grants = [];

    /// <summary>The forest of <paramref name="grants"/>.</summary>
    /// <param name="grants">Each after its parent.</param>
    public GrantForest(IEnumerable<Grant> grants)
    {
        All = [.. grants];
        foreach (var grant in All)
            _grants.Add(grant.Id, grant);
    }

    /// <summary>None.</summary>
    public static GrantForest Empty { get; } = new([]);

    /// <summary>All of them, each after its parent: the order in which they can be made.</summary>
    public ImmutableArray<Grant> All { get; }

    /// <summary>The delegations that persons made.</summary>
    public IEnumerable<Grant> Roots => All.Where(grant => grant.Definition.Parent is null);

    /// <summary>A delegation.</summary>
    public Grant this[DelegationId id] => _grants[id];

    /// <summary>What was made from a delegation directly.</summary>
    public IEnumerable<Grant> Below(DelegationId id) => All.Where(grant => grant.Definition.Parent == id);

    /// <summary>A delegation and all above it, the person's first.</summary>
    public ImmutableArray<Grant> ChainOf(DelegationId id)
    {
        var chain = new Stack<Grant>();
        for (DelegationId? next = id; next is { } link; next = _grants[link].Definition.Parent)
            chain.Push(_grants[link]);
        return [.. chain];
    }

    /// <summary>Whether every delegation of <paramref name="agent"/> hangs on <paramref name="top"/>: without it the agent may do nothing.</summary>
    public bool DependsOn(AgentId agent, DelegationId top)
    {
        var own = All.Where(grant => grant.Grantee == agent).ToList();
        return own.Count > 0 && own.All(grant => ChainOf(grant.Id).Any(link => link.Id == top));
    }
}
