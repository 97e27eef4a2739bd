namespace GenOps.ControlPlane.Budgets;

/// <summary>Bounds of one budget's actor.</summary>
public sealed class BudgetGrainOptions
{
    /// <summary>The most ids of ended workloads remembered; older ones are looked up in the ledger.</summary>
    /// <value>Ids, about 50 bytes each; 10,000 by default.</value>
    public int EndedWorkloadsMax { get; set; } = 10_000;

    /// <summary>The most holds that one turn ends; the rest follow in the next.</summary>
    /// <value>Holds; 500 by default.</value>
    public int ExpiriesPerTurnMax { get; set; } = 500;

    /// <summary>How often the silo looks for holds that have expired while nobody asked.</summary>
    /// <value>1 s by default.</value>
    public TimeSpan DueInterval { get; set; } = TimeSpan.FromSeconds(1);
}
