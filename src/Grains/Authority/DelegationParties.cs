using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>Between whom a delegation is, which never changes.</summary>
/// <param name="From">Who granted.</param>
/// <param name="To">Who was granted it, and in whose stream it is.</param>
public sealed record DelegationParties(Principal From, AgentId To);
