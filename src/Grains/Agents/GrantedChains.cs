using System.Collections.Immutable;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Agents;

/// <summary>What an agent was granted, followed up to persons, and everything that was read for it.</summary>
/// <param name="Own">The agent's own authority that this was worked out from.</param>
/// <param name="Chains">A chain for each of its delegations.</param>
/// <param name="Grantors">The agents above, and under which label the directory had read them.</param>
internal sealed record GrantedChains(
    AgentAuthority Own, ImmutableArray<AuthorityChain> Chains, ImmutableArray<(StreamId Stream, AuthorityLabel Label)> Grantors);
