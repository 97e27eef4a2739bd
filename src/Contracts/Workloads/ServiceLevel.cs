namespace GenOps.ControlPlane.Workloads;

/// <summary>The service level that a workload runs under (<c>genops.sla.*</c>, specification 7.3).</summary>
/// <param name="Tier">The tier's name.</param>
/// <param name="LatencyTargetMs">The target, in milliseconds; 1 or more.</param>
[GenerateSerializer, Immutable, Alias("genops.ServiceLevel")]
public sealed record ServiceLevel(string Tier, long LatencyTargetMs);
