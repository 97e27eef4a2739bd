using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Faults;

/// <summary>An agent of the organisation under load.</summary>
/// <param name="Id">The agent.</param>
/// <param name="Lead">The agent whose delegation its own is made from.</param>
/// <param name="Draws">The budgets that it draws from.</param>
/// <param name="HasCustomer">Whether its workloads name a customer.</param>
public sealed record LoadedAgent(AgentId Id, AgentId Lead, IReadOnlyList<LoadedDraw> Draws, bool HasCustomer);
