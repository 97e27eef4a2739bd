using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>A call that the demo makes besides those of the trace, and what became of it.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Decision">What was answered.</param>
/// <param name="Figures">What it consumed; null if it was refused.</param>
internal sealed record ExtraCall(WorkloadRequest Request, Decision Decision, Reconciliation? Figures);
