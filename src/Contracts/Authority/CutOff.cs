using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>What a revocation or suspension would cut off, before it is done.</summary>
/// <param name="Descendants">How many delegations below would permit nothing any more.</param>
/// <param name="AgentCount">How many agents hold a delegation that would be cut off.</param>
/// <param name="Agents">The first 100 of them, by name.</param>
/// <param name="OpenReservations">How many workloads run on what would be cut off.</param>
/// <param name="Held">What is held for them, in each unit. It is settled all the same.</param>
[GenerateSerializer, Immutable, Alias("genops.CutOff")]
public sealed record CutOff(
    int Descendants, int AgentCount, ImmutableArray<AgentId> Agents, int OpenReservations, ImmutableArray<Amount> Held)
{
    /// <summary>The most agents that are named.</summary>
    public const int AgentsMax = 100;
}
