namespace GenOps.ControlPlane.Authority;

/// <summary>One link of a chain.</summary>
/// <param name="Delegation">The delegation.</param>
/// <param name="Grantee">Where the agent stands that was granted it.</param>
/// <param name="Stops">Why nothing is permitted through this link; null if it holds.</param>
[GenerateSerializer, Immutable, Alias("genops.DelegationLinkView")]
public sealed record DelegationLinkView(DelegationView Delegation, Agents.AgentState Grantee, string? Stops);
