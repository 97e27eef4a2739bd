using System.Collections.Immutable;

namespace GenOps.ControlPlane.Workloads;

/// <summary>A page of workloads.</summary>
/// <param name="Items">The workloads.</param>
/// <param name="Next">The next page's cursor; null after the last.</param>
public sealed record WorkloadPage(ImmutableArray<WorkloadRecord> Items, string? Next);
