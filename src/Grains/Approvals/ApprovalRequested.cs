using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Approvals;

/// <summary>People are asked.</summary>
/// <param name="Id">The workload that was refused until somebody approves.</param>
/// <param name="Agent">The agent that asked.</param>
/// <param name="Asked">What they are asked.</param>
public sealed record ApprovalRequested(WorkloadId Id, AgentId Agent, ApprovalRequest Asked) : WorkloadEvent(Id);
