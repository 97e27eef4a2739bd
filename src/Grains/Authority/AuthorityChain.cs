using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>A delegation with all above it, up to a person; or as far as it could be followed.</summary>
/// <param name="Links">The delegations, the topmost first; the last one is the agent's own.</param>
/// <param name="Break">Why it permits nothing, whatever is asked: a link is missing, or an agent on the way may not act. Null if none of that.</param>
public sealed record AuthorityChain(ImmutableArray<Delegation> Links, AuthorityFault? Break)
{
    /// <summary>The delegations, the topmost first; the last one is the agent's own.</summary>
    public ImmutableArray<Delegation> Links
    {
        get;
        init
        {
            field = value;
            Ids = Names(value);
            Terms = new ChainTerms(value);
        }
    } = Links;

    /// <summary>The names of the links, the topmost first.</summary>
    public ImmutableArray<DelegationId> Ids { get; private init; } = Names(Links);

    /// <summary>What all links together permit.</summary>
    internal ChainTerms Terms { get; private init; } = new(Links);

    private static ImmutableArray<DelegationId> Names(ImmutableArray<Delegation> links)
    {
        var names = ImmutableArray.CreateBuilder<DelegationId>(links.Length);
        foreach (var link in links)
            names.Add(link.Id);
        return names.MoveToImmutable();
    }
}
