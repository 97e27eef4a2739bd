using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Approvals;

/// <summary>The action was allowed on it.</summary>
/// <param name="Id">The workload that was refused until somebody approves.</param>
/// <param name="Agent">The agent that asked.</param>
/// <param name="UsedBy">The workload that was allowed.</param>
public sealed record ApprovalUsed(WorkloadId Id, AgentId Agent, WorkloadId UsedBy) : WorkloadEvent(Id);
