using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>How a scope stands now. It comes from the ledger that enforces.</summary>
/// <param name="Root">The budget.</param>
/// <param name="Scope">The scope.</param>
/// <param name="Unit">The unit of every quantity.</param>
/// <param name="State">Whether it takes new work.</param>
/// <param name="TimeZone">The time zone of its windows.</param>
/// <param name="Limits">Each limit, or one entry without limit.</param>
/// <param name="Children">The scopes right below; null within a page of children.</param>
/// <param name="Mode">Whether what does not fit is refused.</param>
/// <param name="FrozenAt">The scope that was frozen, this one or one above; null if none is.</param>
/// <param name="FrozenReason">Why; null if none is.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetView")]
public sealed record BudgetView(
    BudgetRoot Root,
    ScopePath Scope,
    Unit Unit,
    BudgetState State,
    string TimeZone,
    ImmutableArray<BudgetLimitView> Limits,
    BudgetChildren? Children,
    BudgetMode Mode = BudgetMode.Enforce,
    ScopePath? FrozenAt = null,
    string? FrozenReason = null);
