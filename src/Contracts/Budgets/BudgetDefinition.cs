using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A budget as an operator writes it: the root's own scope and what holds for the whole tree.</summary>
/// <param name="Unit">What is counted. It never changes.</param>
/// <param name="Limits">The root's limits.</param>
/// <param name="Limit">Short form of one limit, with <paramref name="Period"/>.</param>
/// <param name="Period">The short form's window; <see cref="BudgetPeriod.None"/> if absent.</param>
/// <param name="TimeZone">The IANA time zone in which windows begin; UTC if absent.</param>
/// <param name="OnExpiry">What becomes of a hold whose end nobody reported; kept if absent.</param>
/// <param name="DefaultPrice">What a model costs that the price book does not know; without it such a call is refused.</param>
/// <param name="Children">The scopes below the root, by name.</param>
/// <param name="WeekStart">The first day of the week; Monday if absent.</param>
/// <param name="FiscalYearStart">The month in which the fiscal year begins, 1 to 12; 1 if absent.</param>
/// <param name="WarnAt">An admission that takes a limit above this many percent is answered WARNING; 1 to 100, never if absent.</param>
/// <param name="Alerts">Percents of a limit at which an alert is raised once per window; 1 to 1000, at most 16.</param>
/// <param name="Mode">Whether what does not fit is refused; enforced if absent.</param>
/// <param name="Estimate">What is held for a call; the most that it may cost if absent.</param>
/// <param name="PerValue">Limits for each value of an attribute, at the root.</param>
/// <param name="MaxScopes">The most scopes on demand in the whole tree, 1 to 1,000,000; 100,000 if absent.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetDefinition")]
public sealed record BudgetDefinition(
    Unit Unit,
    ImmutableArray<BudgetLimit>? Limits = null,
    Quantity? Limit = null,
    BudgetPeriod? Period = null,
    string? TimeZone = null,
    ExpiryAction? OnExpiry = null,
    DefaultPrice? DefaultPrice = null,
    ImmutableSortedDictionary<string, BudgetScopeDefinition>? Children = null,
    WeekDay? WeekStart = null,
    int? FiscalYearStart = null,
    int? WarnAt = null,
    ImmutableArray<int>? Alerts = null,
    BudgetMode? Mode = null,
    EstimateBasis? Estimate = null,
    ImmutableSortedDictionary<string, PerValueDefinition>? PerValue = null,
    int? MaxScopes = null);
