using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Approvals;

/// <summary>A person refuses the action.</summary>
/// <param name="Id">The workload that was refused until somebody approves.</param>
/// <param name="Agent">The agent that asked.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">The person.</param>
public sealed record ApprovalDenied(WorkloadId Id, AgentId Agent, string Reason, Principal By) : WorkloadEvent(Id);
