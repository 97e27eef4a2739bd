using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>One limit of a scope and how its running window stands.</summary>
/// <param name="Limit">The limit; null for a scope without one, which counts all the same.</param>
/// <param name="Period">The window's kind.</param>
/// <param name="Spent">Actuals recorded.</param>
/// <param name="Reserved">Held for running work.</param>
/// <param name="Unresolved">Held for work whose end nobody reported.</param>
/// <param name="Overrun">The part of <paramref name="Spent"/> that was above its reservation.</param>
/// <param name="Remaining">Limit - spent - reserved - unresolved, negative after overruns; null without a limit.</param>
/// <param name="WindowStart">When the window began; null if it has no beginning.</param>
/// <param name="WindowEnd">When it ends, exclusive; null if it never does.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetLimitView")]
public sealed record BudgetLimitView(
    Quantity? Limit,
    BudgetPeriod Period,
    Quantity Spent,
    Quantity Reserved,
    Quantity Unresolved,
    Quantity Overrun,
    Quantity? Remaining,
    DateTimeOffset? WindowStart,
    DateTimeOffset? WindowEnd);
