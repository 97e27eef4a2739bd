using System.Collections.Immutable;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A page of the scopes right below one.</summary>
/// <param name="Items">By name.</param>
/// <param name="Next">Where the next page starts; null after the last.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetChildren")]
public sealed record BudgetChildren(ImmutableArray<BudgetView> Items, string? Next);
