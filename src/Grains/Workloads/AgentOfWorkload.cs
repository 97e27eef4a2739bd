using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

/// <summary>The agent that an admitted workload belongs to: once admitted, it is nobody else's as long as that ledger lives.</summary>
internal sealed record AgentOfWorkload(AgentId Agent);
