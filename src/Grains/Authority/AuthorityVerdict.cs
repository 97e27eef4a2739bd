using System.Collections.Immutable;

namespace GenOps.ControlPlane.Authority;

/// <summary>What the delegations of an agent say to one request.</summary>
/// <param name="Permitting">
/// Every chain that permits it: those that need nobody's approval first, then by the agent's own delegation's name. Empty if none does.
/// </param>
/// <param name="Fault">Why none does; null exactly if one does.</param>
public sealed record AuthorityVerdict(ImmutableArray<AdmittedChain> Permitting, AuthorityFault? Fault);
