using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A budget as an operator writes it: the root's own scope and what holds for the whole tree.</summary>
/// <param name="Unit">What is counted. It never changes.</param>
/// <param name="Limits">The root's limits.</param>
/// <param name="Limit">Short form of one limit, with <paramref name="Period"/>.</param>
/// <param name="Period">The short form's window; <see cref="BudgetPeriod.None"/> if absent.</param>
/// <param name="TimeZone">The IANA time zone in which days and months begin; UTC if absent.</param>
/// <param name="OnExpiry">What becomes of a hold whose end nobody reported; kept if absent.</param>
/// <param name="DefaultPrice">What a model costs that the price book does not know; without it such a call is refused.</param>
/// <param name="Children">The scopes below the root, by name.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetDefinition")]
public sealed record BudgetDefinition(
    Unit Unit,
    ImmutableArray<BudgetLimit>? Limits = null,
    Quantity? Limit = null,
    BudgetPeriod? Period = null,
    string? TimeZone = null,
    ExpiryAction? OnExpiry = null,
    DefaultPrice? DefaultPrice = null,
    ImmutableSortedDictionary<string, BudgetScopeDefinition>? Children = null);
