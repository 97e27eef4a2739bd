namespace GenOps.ControlPlane.Ledger;

/// <summary>How actors keep their state.</summary>
public sealed class LedgeredGrainOptions
{
    /// <summary>A snapshot is taken when this many entries came since the last one, and as many as the state weighs.</summary>
    /// <value>Entries; 500 by default, 1 or more.</value>
    public int SnapshotEntriesMin { get; set; } = 500;
}
