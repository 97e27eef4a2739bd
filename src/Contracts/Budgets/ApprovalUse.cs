using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The approval that a workload is allowed on.</summary>
/// <param name="Approval">The approval; what it holds becomes the workload's.</param>
/// <param name="ExpiresAt">When it ends: from then on it permits nothing.</param>
[GenerateSerializer, Immutable, Alias("genops.ApprovalUse")]
public sealed record ApprovalUse(ApprovalId Approval, DateTimeOffset ExpiresAt);
