using System.Collections.Immutable;

namespace GenOps.ControlPlane.Workloads;

/// <summary>A page of workloads.</summary>
/// <param name="Items">Without their entries.</param>
/// <param name="Next">Where the next page starts; null after the last.</param>
public sealed record WorkloadPage(ImmutableArray<WorkloadRecord> Items, string? Next);
