using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Approvals;

/// <summary>An approval as it stands.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Asked">What is to be approved.</param>
/// <param name="DecidedBy">Who approved or denied; null if nobody did.</param>
/// <param name="DecidedAt">When.</param>
/// <param name="Reason">Why.</param>
/// <param name="UsedBy">The workload that was allowed on it; null if none was.</param>
/// <param name="AlsoAskedBy">The people whose credentials asked for the same action while nobody had decided: they can't approve either.</param>
[GenerateSerializer, Immutable, Alias("genops.ApprovalView")]
public sealed record ApprovalView(
    ApprovalId Id,
    ApprovalState State,
    ApprovalRequest Asked,
    Principal? DecidedBy,
    DateTimeOffset? DecidedAt,
    string? Reason,
    WorkloadId? UsedBy,
    ImmutableArray<Principal> AlsoAskedBy)
{
    /// <summary>Whether <paramref name="principal"/>'s credential asked for the action before somebody decided.</summary>
    public bool IsAskedBy(Principal principal) => Asked.RequestedBy == principal || AlsoAskedBy.Contains(principal);
}
