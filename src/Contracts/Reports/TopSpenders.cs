using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Reports;

/// <summary>Who and what spent most in a scope. Items, rest and adjustments together are the total, to the last digit.</summary>
/// <param name="Root">The budget.</param>
/// <param name="Scope">The scope.</param>
/// <param name="Unit">The unit of every quantity.</param>
/// <param name="By">What is summed by.</param>
/// <param name="From">The first instant; a workload counts at its reservation's.</param>
/// <param name="To">The end, exclusive; null for all until now.</param>
/// <param name="Items">The highest spent first.</param>
/// <param name="Other">The rest.</param>
/// <param name="Total">All.</param>
[GenerateSerializer, Immutable, Alias("genops.TopSpenders")]
public sealed record TopSpenders(
    BudgetRoot Root,
    ScopePath Scope,
    Unit Unit,
    SpendDimension By,
    DateTimeOffset From,
    DateTimeOffset? To,
    ImmutableArray<SpendItem> Items,
    SpendRest Other,
    SpendTotal Total);
