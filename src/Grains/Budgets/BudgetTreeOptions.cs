namespace GenOps.ControlPlane.Budgets;

/// <summary>Bounds of one budget's state in memory.</summary>
public sealed class BudgetTreeOptions
{
    /// <summary>The most unresolved workloads remembered one by one; older ones are counted in the sums and looked up in the ledger.</summary>
    /// <value>Workloads, about 400 bytes each; 10,000 by default, 1 or more.</value>
    public int UnresolvedInMemoryMax { get; set; } = 10_000;

    /// <summary>The most adjustments by hand that a budget takes in its life.</summary>
    /// <value>Adjustments, about 200 bytes each; 100,000 by default, 1 or more.</value>
    public int AdjustmentsMax { get; set; } = 100_000;
}
