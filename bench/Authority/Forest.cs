using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>
/// Agents with one delegation each: number 0 has it from a person, and each passes its own on to so many others, level
/// by level.
/// </summary>
/// <param name="Names">What they are called.</param>
/// <param name="Count">How many agents, the root among them.</param>
/// <param name="Branches">To how many others each passes it on; 1 for a chain, 0 if a person grants each of them.</param>
/// <param name="Limits">What each of the delegations limits; null for nothing.</param>
internal sealed record Forest(ForestNames Names, int Count, int Branches, DelegationLimits? Limits = null)
{
    private static readonly Principal Person = Principal.Parse("user:maria@example.com");

    /// <summary>The number of the last one: nobody was granted anything by it, and nobody is further down.</summary>
    public int Last => Count - 1;

    /// <summary>The first that passes nothing on; all after it don't either.</summary>
    public int FirstLeaf => Branches == 0 ? 0 : ((Count - 2) / Branches) + 1;

    /// <summary>What the agent of this number is granted.</summary>
    public DelegationDefinition Definition(int number)
    {
        var to = Principal.Of(Names.Agent(number));
        if (Branches == 0 || number == 0)
            return new DelegationDefinition(Person, to, Limits: Limits);

        var parent = (number - 1) / Branches;
        return new DelegationDefinition(Principal.Of(Names.Agent(parent)), to, Names.Delegation(parent), Limits: Limits);
    }
}
