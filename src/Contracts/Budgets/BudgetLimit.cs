using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What may be spent in one window.</summary>
/// <param name="Limit">In the budget's unit, 0 or more.</param>
/// <param name="Period">The window.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetLimit")]
public sealed record BudgetLimit(Quantity Limit, BudgetPeriod Period);
