using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Reports;

/// <summary>Which windows of a scope are asked for.</summary>
/// <param name="Scope">The scope.</param>
/// <param name="Period">The kind of window; null for that of the scope's first limit in force, or months.</param>
/// <param name="From">The windows that end after this instant; null for as many as asked for.</param>
/// <param name="To">The windows that begin before this instant; null for all up to the running one.</param>
/// <param name="CountMax">The most windows, the newest ones; null for 12, or with <paramref name="From"/> all of them.</param>
public sealed record HistoryQuery(
    ScopePath Scope, BudgetPeriod? Period = null, DateTimeOffset? From = null, DateTimeOffset? To = null, int? CountMax = null)
{
    /// <summary>How many windows are answered where neither their count nor their beginning is given.</summary>
    public const int CountDefault = 12;

    /// <summary>The most windows of one answer.</summary>
    public const int CountLimit = 1_000;
}
