using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A <see cref="BudgetTree"/> as its snapshot keeps it.</summary>
internal sealed record BudgetTreeImage(
    BudgetDefinition? Definition,
    bool Archived,
    ImmutableArray<BudgetTreeImage.Usage> Usages,
    ImmutableArray<BudgetTreeImage.Held> Holdings,
    DateTimeOffset NewestId)
{
    internal sealed record Usage(
        ScopePath Scope,
        BudgetPeriod Period,
        DateTimeOffset? Start,
        DateTimeOffset? End,
        Quantity Spent,
        Quantity Reserved,
        Quantity Unresolved,
        Quantity Overrun);

    internal sealed record Held(WorkloadId Id, Holding Holding);
}
