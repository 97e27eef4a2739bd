using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Approvals;

/// <summary>The approval that an action waits for, as its agent remembers it: the same action asked again is told of the same.</summary>
/// <param name="Action">The action: the content hash of what is asked for.</param>
/// <param name="Approval">The approval.</param>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record ApprovalClaim(ContentHash Action, ApprovalId Approval, DateTimeOffset ExpiresAt);
