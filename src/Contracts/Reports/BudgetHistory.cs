using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Reports;

/// <summary>What a scope used, window by window.</summary>
/// <param name="Root">The budget.</param>
/// <param name="Scope">The scope.</param>
/// <param name="Unit">The unit of every quantity.</param>
/// <param name="Period">The kind of window.</param>
/// <param name="Items">The windows, the newest last; one in which nothing happened is there too.</param>
/// <param name="Next">The <c>to</c> of the page with the windows before; null if there are none that were asked for or could hold anything.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetHistory")]
public sealed record BudgetHistory(
    BudgetRoot Root,
    ScopePath Scope,
    Unit Unit,
    BudgetPeriod Period,
    ImmutableArray<BudgetHistoryWindow> Items,
    DateTimeOffset? Next);
