namespace GenOps.ControlPlane.Throttling;

/// <summary>An observed percentile of latency.</summary>
/// <param name="LatencyMs">At most so long took the part of the calls that it is about, in milliseconds.</param>
/// <param name="Samples">How many calls it is worked out from.</param>
public readonly record struct LatencyPercentile(long LatencyMs, int Samples);
