using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Reports;

/// <summary>One window of a scope, as it stands now: late figures count in the window of their reservation.</summary>
/// <param name="WindowStart">When it began; null if it has no beginning.</param>
/// <param name="WindowEnd">When it ends, exclusive; null if it never does.</param>
/// <param name="Spent">Actuals recorded, and what was debited and credited by hand.</param>
/// <param name="Reserved">Held for running work.</param>
/// <param name="Unresolved">Held for work whose end nobody reported.</param>
/// <param name="Overrun">The part of <paramref name="Spent"/> that no reservation covered.</param>
/// <param name="Calls">Workloads that spent or hold something; one that was given back counts again once it has figures.</param>
/// <param name="Adjustments">
/// The part of <paramref name="Spent"/> that is no workload's: debits less credits, so negative where more was credited.
/// </param>
[GenerateSerializer, Immutable, Alias("genops.BudgetHistoryWindow")]
public sealed record BudgetHistoryWindow(
    DateTimeOffset? WindowStart,
    DateTimeOffset? WindowEnd,
    Quantity Spent,
    Quantity Reserved,
    Quantity Unresolved,
    Quantity Overrun,
    long Calls,
    Quantity Adjustments);
