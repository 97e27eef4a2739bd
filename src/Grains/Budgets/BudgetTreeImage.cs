using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A <see cref="BudgetTree"/> as its snapshot keeps it.</summary>
internal sealed record BudgetTreeImage(
    BudgetDefinition? Definition,
    bool Archived,
    ImmutableArray<CalendarChange> Calendars,
    ImmutableArray<BudgetTreeImage.Terms> Changing,
    ImmutableArray<BudgetTreeImage.Usage> Usages,
    ImmutableArray<BudgetTreeImage.Held> Holdings,
    int Forgotten,
    DefaultPrices DefaultPrices,
    DateTimeOffset AppliedAt,
    ImmutableArray<long> Starts,
    ImmutableArray<BudgetTreeImage.Frozen> FrozenScopes,
    BudgetTreeImage.Corrections Adjusted,
    ImmutableArray<BudgetTreeImage.Model> Models,
    DateTimeOffset NewestId,
    ImmutableArray<ScopePath>? Consumed = null,
    ImmutableArray<SpendLink>? Links = null)
{
    /// <summary>The terms of a scope or rule whose limits don't all hold for ever.</summary>
    internal sealed record Terms(ScopePath Scope, string? Attribute, ImmutableArray<LimitTerm> Limits);

    /// <summary>One scope: the sums by kind of window, and only those that there are.</summary>
    internal sealed record Usage(
        ScopePath Scope,
        long ChargedAt,
        ImmutableArray<Quantity> Spent,
        ImmutableArray<Quantity>? Reserved,
        ImmutableArray<Quantity>? Unresolved,
        ImmutableArray<Quantity>? Overrun,
        ImmutableArray<AlertMark>? Alerts,
        long? BeganAt,
        byte? Limited);

    internal sealed record Held(WorkloadId Id, Holding Holding);

    internal sealed record Frozen(ScopePath Scope, string Reason);

    internal sealed record Corrections(ImmutableArray<Correction> Known, ImmutableArray<ScopeRaise> Raises);

    internal sealed record Correction(string Id, ContentHash Hash);

    internal sealed record ScopeRaise(ScopePath Scope, Adjustments.Raise Raise);

    internal sealed record Model(string Key, ImmutableArray<int> Shares);
}
