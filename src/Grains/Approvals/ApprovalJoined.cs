using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Approvals;

/// <summary>Another person's credential asked for the same action before anybody decided.</summary>
/// <param name="Id">The workload that was refused until somebody approves.</param>
/// <param name="Agent">The agent that asked.</param>
/// <param name="By">The person.</param>
public sealed record ApprovalJoined(WorkloadId Id, AgentId Agent, Principal By) : WorkloadEvent(Id);
