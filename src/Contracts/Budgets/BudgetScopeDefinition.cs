using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>One scope of a budget as an operator writes it.</summary>
/// <param name="Limits">Its limits; none means that only the scopes above limit it.</param>
/// <param name="Limit">Short form of one limit, with <paramref name="Period"/>.</param>
/// <param name="Period">The short form's window; the scope above's if absent.</param>
/// <param name="Children">The scopes below, by name.</param>
/// <param name="PerValue">Limits for each value of an attribute, within this scope.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetScopeDefinition")]
public sealed record BudgetScopeDefinition(
    ImmutableArray<BudgetLimit>? Limits = null,
    Quantity? Limit = null,
    BudgetPeriod? Period = null,
    ImmutableSortedDictionary<string, BudgetScopeDefinition>? Children = null,
    ImmutableSortedDictionary<string, PerValueDefinition>? PerValue = null);
