using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Reports;

/// <summary>All that was consumed and is held in a range of time.</summary>
/// <param name="Spent">Actuals recorded, and what was debited and credited by hand.</param>
/// <param name="Reserved">Held for running work.</param>
/// <param name="Unresolved">Held for work whose end nobody reported.</param>
/// <param name="Overrun">The part of <paramref name="Spent"/> that no reservation covered.</param>
/// <param name="Calls">Workloads that spent or hold something.</param>
/// <param name="Adjustments">
/// The part of <paramref name="Spent"/> that is no workload's: debits less credits, so negative where more was credited.
/// </param>
[GenerateSerializer, Immutable, Alias("genops.SpendTotal")]
public sealed record SpendTotal(
    Quantity Spent, Quantity Reserved, Quantity Unresolved, Quantity Overrun, long Calls, Quantity Adjustments);
