using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Faults;

/// <summary>A reconciliation or a release that a caller was told.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Actual">The figures by budget; null if it was released.</param>
public sealed record AcknowledgedSettlement(WorkloadId Id, IReadOnlyDictionary<string, decimal>? Actual);
