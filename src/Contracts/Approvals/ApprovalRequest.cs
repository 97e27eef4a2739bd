using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Approvals;

/// <summary>What a person is asked to approve.</summary>
/// <param name="Workload">The workload that was refused until somebody approves.</param>
/// <param name="Request">The exact action.</param>
/// <param name="Hash">Its content hash: the approval is good for this and nothing else.</param>
/// <param name="Delegation">The delegation whose condition asks for a person; the topmost one, if several do.</param>
/// <param name="Condition">The condition; if several delegations of the chain ask for a person, the conditions of all, joined by <c>and</c>.</param>
/// <param name="ApproverGroups">The groups that the person must be in, all of them; any person may approve if empty.</param>
/// <param name="RequestedBy">Whose credential asked first: that person can't approve.</param>
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
    ImmutableArray<string> ApproverGroups,
    Principal RequestedBy,
    DateTimeOffset RequestedAt,
    DateTimeOffset ExpiresAt,
    ImmutableArray<Reservation> Held);
