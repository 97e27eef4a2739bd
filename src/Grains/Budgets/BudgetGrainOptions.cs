namespace GenOps.ControlPlane.Budgets;

/// <summary>Bounds of one budget's actor.</summary>
public sealed class BudgetGrainOptions
{
    /// <summary>
    /// The most ids of ended workloads remembered, and as many again of those made by clocks that are ahead; older ones
    /// are looked up in the ledger.
    /// </summary>
    /// <value>Ids, about 50 bytes each; 10,000 by default.</value>
    public int EndedWorkloadsMax { get; set; } = 10_000;

    /// <summary>The most new scopes on demand that one agent may make in a minute, and at once.</summary>
    /// <value>Scopes; 600 by default, 1 or more.</value>
    public int ScopesPerMinuteMax { get; set; } = 600;

    /// <summary>The most agents whose rate of making scopes is remembered; beyond it the memory starts anew.</summary>
    /// <value>Agents, about 60 bytes each; 10,000 by default, 1 or more.</value>
    public int ScopeMakersMax { get; set; } = 10_000;

    /// <summary>The most holds that one turn ends; the rest follow in the next.</summary>
    /// <value>Holds; 500 by default.</value>
    public int ExpiriesPerTurnMax { get; set; } = 500;

    /// <summary>How often the silo looks for holds that have expired while nobody asked.</summary>
    /// <value>1 s by default.</value>
    public TimeSpan DueInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most budgets that the silo asks at once to end what has expired: one that hangs takes one place.</summary>
    /// <value>Budgets; 16 by default, 1 or more.</value>
    public int DueAtOnceMax { get; set; } = 16;

    /// <summary>How long after the last loss of a silo another one asks the budgets for the expired holds that it had noted.</summary>
    /// <value>10 s by default, 0 to 1 h.</value>
    public TimeSpan LostSiloPause { get; set; } = TimeSpan.FromSeconds(10);
}
