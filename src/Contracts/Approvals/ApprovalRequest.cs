using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Approvals;

/// <summary>What a person is asked to approve.</summary>
/// <param name="Workload">The workload that was refused until somebody approves.</param>
/// <param name="Request">The exact action.</param>
/// <param name="Hash">Its content hash: the approval is good for this and nothing else.</param>
/// <param name="Delegation">The delegation whose condition asks for a person.</param>
/// <param name="Condition">The condition.</param>
/// <param name="ApproverGroup">The group that the person must be in; any if null.</param>
/// <param name="RequestedBy">Whose credential asked: that person can't approve.</param>
/// <param name="RequestedAt">When it was asked.</param>
/// <param name="ExpiresAt">When the approval, and what is held for it, ends.</param>
/// <param name="Held">What is held for it meanwhile.</param>
[GenerateSerializer, Immutable, Alias("genops.ApprovalRequest")]
public sealed record ApprovalRequest(
    WorkloadId Workload,
    WorkloadRequest Request,
    ContentHash Hash,
    DelegationId Delegation,
    string Condition,
    string? ApproverGroup,
    Principal RequestedBy,
    DateTimeOffset RequestedAt,
    DateTimeOffset ExpiresAt,
    ImmutableArray<Reservation> Held);
