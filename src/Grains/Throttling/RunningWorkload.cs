using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Throttling;

/// <summary>What is to be undone or corrected when a workload ends.</summary>
/// <param name="Leaf">The agent's own delegation that limits it; null if none does.</param>
/// <param name="Tokens">The tokens charged.</param>
/// <param name="OfAgent">The charge to the agent's limit on tokens; null if it has none.</param>
/// <param name="OfLeaf">The charge to the delegation's limit on tokens; null if it has none.</param>
internal sealed record RunningWorkload(DelegationId? Leaf, long Tokens, TokenCharge? OfAgent, TokenCharge? OfLeaf);
