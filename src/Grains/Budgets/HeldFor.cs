using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Whose work money is held for. All holds of one agent on one delegation share one.</summary>
/// <param name="Agent">The agent that runs it.</param>
/// <param name="Delegation">The last delegation of the chain that permits it; null for none.</param>
public sealed record HeldFor(AgentId Agent, DelegationId? Delegation = null);
