using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What is needed to work out a charge.</summary>
/// <param name="Unit">The budget's unit, which never changes.</param>
/// <param name="DefaultPrice">What a model costs that the price book does not know; null if such a model has no price.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetHeader")]
public sealed record BudgetHeader(Unit Unit, DefaultPrice? DefaultPrice = null);
