using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Reports;

/// <summary>What a tenant spent in all budgets of one unit. Items, rest and adjustments together are the total.</summary>
/// <param name="Unit">The unit of every quantity.</param>
/// <param name="Budgets">How many budgets count in it, archived ones included.</param>
/// <param name="Items">The highest spent first.</param>
/// <param name="Other">The rest.</param>
/// <param name="Total">All.</param>
[GenerateSerializer, Immutable, Alias("genops.UnitSpend")]
public sealed record UnitSpend(Unit Unit, int Budgets, ImmutableArray<SpendItem> Items, SpendRest Other, SpendTotal Total);
