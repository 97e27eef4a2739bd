using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Demo;

/// <summary>One limit of one scope in its running window.</summary>
/// <param name="Path">The scope, with its budget.</param>
/// <param name="Unit">The unit of every quantity.</param>
/// <param name="Period">The window's kind.</param>
/// <param name="Limit">The limit; null for a scope without one.</param>
/// <param name="Spent">Actuals recorded.</param>
/// <param name="Reserved">Held for running work.</param>
/// <param name="Unresolved">Held for work whose end nobody reported.</param>
/// <param name="Overrun">The part of spent above its reservation.</param>
/// <param name="Remaining">What is left; null without a limit.</param>
internal sealed record BudgetLine(
    string Path,
    Unit Unit,
    BudgetPeriod Period,
    Quantity? Limit,
    Quantity Spent,
    Quantity Reserved,
    Quantity Unresolved,
    Quantity Overrun,
    Quantity? Remaining)
{
    /// <summary>How full it is, from 0; more than 1 after overruns. 0 without a limit.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double Share => Limit is { IsZero: false } limit ? (Spent + Reserved + Unresolved).ToDouble() / limit.ToDouble() : 0;

    /// <summary>The lines of a scope.</summary>
    public static ImmutableArray<BudgetLine> Of(BudgetView view) =>
    [
        .. view.Limits.Select(limit => new BudgetLine(
            new BudgetPath(view.Root, view.Scope).ToString(), view.Unit, limit.Period, limit.Limit,
            limit.Spent, limit.Reserved, limit.Unresolved, limit.Overrun, limit.Remaining)),
    ];
}
