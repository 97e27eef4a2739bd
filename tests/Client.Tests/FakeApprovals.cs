using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>Approvals as the control plane shows them.</summary>
internal static class FakeApprovals
{
    public static readonly ApprovalId Id = ApprovalId.Parse("p-01936d2b-9c00-7000-8000-000000000001");

    public static readonly Principal Maria = Principal.Parse("user:maria@example.com");

    public static readonly DateTimeOffset ExpiresAt = Decisions.Start.AddMinutes(30);

    /// <summary>What the first question is answered with.</summary>
    public static Decision Required(WorkloadRequest request) =>
        Decisions.Refused(request, DecisionResult.Blocked, ReasonCodes.ApprovalRequired, Decisions.Usd) with
        {
            Approval = Id.ToString(),
            ExpiresAt = ExpiresAt,
        };

    public static ApprovalView View(
        ApprovalState state, WorkloadRequest asked, string? reason = null, WorkloadId? usedBy = null) =>
        new(
            Id,
            state,
            new ApprovalRequest(
                asked.Id!.Value, asked, ContentHash.Of(asked), DelegationId.Parse("d-refunds"), "parameters.refundAmount > 200", ["managers"],
                Principal.Parse("agent:support-bot"), Decisions.Start, ExpiresAt, [Decisions.Usd]),
            reason is null ? null : Maria,
            reason is null ? null : Decisions.Start.AddMinutes(2),
            reason,
            usedBy,
            []);
}
