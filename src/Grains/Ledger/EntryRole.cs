namespace GenOps.ControlPlane.Ledger;

/// <summary>What an entry is to the workload that it is about; decides its <see cref="LedgerSlot"/>.</summary>
public enum EntryRole
{
    /// <summary>Something that may happen any number of times.</summary>
    Fact,

    /// <summary>The decision: once per workload in the whole ledger.</summary>
    Decision,

    /// <summary>A hold or charge of a workload that is decided elsewhere: once per workload and stream.</summary>
    Hold,
}
