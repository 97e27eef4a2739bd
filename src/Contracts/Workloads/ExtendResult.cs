using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

/// <summary>The answer to extend.</summary>
/// <param name="Id">The workload.</param>
/// <param name="ExpiresAt">When the hold now ends without a further sign of life.</param>
/// <param name="Epoch">The epoch that authority was checked at.</param>
[GenerateSerializer, Immutable, Alias("genops.ExtendResult")]
public sealed record ExtendResult(WorkloadId Id, DateTimeOffset ExpiresAt, Epoch Epoch);
