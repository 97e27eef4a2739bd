using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What never changes about a budget once it exists, and what decides whether it can be charged.</summary>
/// <param name="Unit">Its unit.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetHeader")]
public sealed record BudgetHeader(Unit Unit);
