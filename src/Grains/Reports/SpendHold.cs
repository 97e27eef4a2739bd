using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Reports;

/// <summary>What must be remembered of a workload until its figures come: later entries say all the rest.</summary>
/// <param name="Key">What its spend is summed by.</param>
/// <param name="State">Where it stands.</param>
/// <param name="WasGivenBack">Whether it counts again after it was given back, so that its hold covers nothing.</param>
internal readonly record struct SpendHold(SpendKey Key, WorkloadState State, bool WasGivenBack);
