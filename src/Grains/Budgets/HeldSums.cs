using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What is held in one scope. Most scopes hold nothing, and then have none of this.</summary>
internal sealed class HeldSums
{
    /// <summary>Held for running work.</summary>
    public PerPeriod Reserved;

    /// <summary>Held for work whose end nobody reported; null for none, as in most scopes.</summary>
    public PeriodSums? Unresolved { get; set; }

    /// <summary>Whether nothing is held in any window that is running.</summary>
    public bool IsZero => Unresolved is null && Reserved.IsZero;

    public Quantity UnresolvedIn(BudgetPeriod period) => Unresolved is null ? Quantity.Zero : Unresolved.Sums[(int)period];
}
