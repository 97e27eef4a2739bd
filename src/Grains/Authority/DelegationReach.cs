using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>What stands and falls together.</summary>
/// <param name="Below">How many delegations that permit something now would permit nothing any more, the revoked one itself not counted.</param>
/// <param name="CutOff">All of them, the revoked one itself among them.</param>
/// <param name="Agents">The agents that would lose something, by name.</param>
/// <param name="Trees">The delegations whose trees can count spend on what would be cut off: it, those below, and those above.</param>
public sealed record DelegationReach(
    int Below, IReadOnlySet<DelegationId> CutOff, ImmutableArray<AgentId> Agents, IReadOnlySet<DelegationId> Trees);
