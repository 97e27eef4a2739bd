using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>What a condition is asked about.</summary>
/// <param name="Request">The request.</param>
/// <param name="Cost">What it is estimated to cost in a unit; null if nobody can tell. Asked once for each mention of it.</param>
public readonly record struct ConditionInput(WorkloadRequest Request, Func<Unit, Quantity?> Cost);
