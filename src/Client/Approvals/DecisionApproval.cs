using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client;

/// <summary>What a decision says of a person's approval.</summary>
internal static class DecisionApproval
{
    /// <summary>The approval that is waited for, or that it was allowed on; null if none.</summary>
    public static ApprovalId? ApprovalId(this Decision decision) =>
        Ids.ApprovalId.TryParse(decision.Approval, null, out var approval) ? approval : null;

    /// <summary>Whether a person has to approve first.</summary>
    public static bool NeedsApproval(this Decision decision) =>
        decision is { ReasonCode: ReasonCodes.ApprovalRequired } && !decision.Result.Admits() && decision.ApprovalId() is not null;
}
