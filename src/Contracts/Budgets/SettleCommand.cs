using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Tells one budget what a workload really cost.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Report">What the client reported.</param>
/// <param name="Charge">What that is in this budget; no amount and no tokens means unresolved.</param>
[GenerateSerializer, Immutable, Alias("genops.SettleCommand")]
public sealed record SettleCommand(WorkloadId Id, Reconciliation Report, Charge Charge);
