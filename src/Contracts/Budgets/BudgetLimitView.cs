using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>One limit of a scope and how its running window stands.</summary>
/// <param name="Limit">The limit as it is in force, temporary raises included; null for a scope without one, which counts all the same.</param>
/// <param name="Period">The window's kind.</param>
/// <param name="Spent">Actuals recorded, and what was credited and debited by hand.</param>
/// <param name="Reserved">Held for running work.</param>
/// <param name="Unresolved">Held for work whose end nobody reported.</param>
/// <param name="Overrun">The part of <paramref name="Spent"/> that was above its reservation.</param>
/// <param name="Remaining">Limit - spent - reserved - unresolved, negative after overruns; null without a limit.</param>
/// <param name="WindowStart">When the window began; null if it has no beginning.</param>
/// <param name="WindowEnd">When it ends, exclusive; null if it never does.</param>
/// <param name="Raised">The part of <paramref name="Limit"/> that is a temporary raise; null if none is in force.</param>
/// <param name="From">When a limit that is not in force yet will be: at the end of the window that its predecessor counts in. Null if it is in force.</param>
/// <param name="Until">When a limit that was replaced goes out of force; null if it was not.</param>
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
    DateTimeOffset? WindowEnd,
    Quantity? Raised = null,
    DateTimeOffset? From = null,
    DateTimeOffset? Until = null);
