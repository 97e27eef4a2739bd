using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Approvals;

/// <summary>What a person decided.</summary>
/// <param name="Approves">Whether the action may run.</param>
/// <param name="By">Who decided.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
public sealed record ApprovalDecision(bool Approves, Principal By, DateTimeOffset At, string Reason);
