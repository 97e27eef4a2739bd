using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

/// <summary>A workload that its agent remembers: being decided, or running.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Hash">Its content hash.</param>
/// <param name="Decision">The decision, once it is made.</param>
internal sealed record KnownWorkload(WorkloadRequest Request, ContentHash Hash, Task<Decision> Decision);
