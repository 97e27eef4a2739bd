namespace GenOps.ControlPlane.Budgets;

/// <summary>A limit's stand, in pico units.</summary>
internal sealed record BudgetModelRow(
    Int128? Limit, BudgetPeriod Period, Int128 Spent, Int128 Reserved, Int128 Unresolved, Int128 Overrun, Int128? Remaining,
    DateTimeOffset? Start, DateTimeOffset? End, Int128? Raised, DateTimeOffset? From, DateTimeOffset? Until);
