using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// What one scope used in the windows that were running when it was last charged. A million of them have to fit in
/// memory, so that whatever most scopes don't have is an object of its own.
/// </summary>
internal class ScopeNode(string name, ScopeNode? above)
{
    /// <summary>Actuals, credits and debits, by kind of window.</summary>
    public PerPeriod Spent;

    /// <summary>The last name of the path; empty for the root.</summary>
    public string Name { get; } = name;

    public ScopeNode? Above { get; } = above;

    public Dictionary<string, ScopeNode>? Below { get; set; }

    /// <summary>When it was last charged, in ticks of UTC: decides which windows the sums are of. 0 for never.</summary>
    public long ChargedAt { get; set; }

    public HeldSums? Held { get; set; }

    public PeriodSums? Overrun { get; set; }

    public AlertMark[]? Alerts { get; set; }

    public ScopePath Path => Above is null ? ScopePath.Root : Above.Path.Child(Name);

    public Quantity Reserved(BudgetPeriod period) => Held is null ? Quantity.Zero : Held.Reserved[(int)period];

    public Quantity Unresolved(BudgetPeriod period) => Held is null ? Quantity.Zero : Held.UnresolvedIn(period);

    /// <summary>Begins a new window of <paramref name="period"/>: nothing is used in it.</summary>
    public void Reset(BudgetPeriod period)
    {
        Spent[(int)period] = Quantity.Zero;
        if (Overrun is not null)
            Overrun.Sums[(int)period] = Quantity.Zero;
        if (Held is null)
            return;
        Held.Reserved[(int)period] = Quantity.Zero;
        if (Held.Unresolved is not null)
            Held.Unresolved.Sums[(int)period] = Quantity.Zero;
    }
}
