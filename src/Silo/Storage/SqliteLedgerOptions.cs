namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Where the embedded ledger is kept.</summary>
public sealed class SqliteLedgerOptions
{
    /// <summary>The SQLite file; its folder must exist, and belongs to this node alone.</summary>
    /// <value>No default.</value>
    public string DatabasePath { get; set; } = "";

    /// <summary>How long a commit waits for another program's lock on the file before it fails.</summary>
    /// <value>2 seconds; from 100 ms to 60 s.</value>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many connections read at once; further readers wait.</summary>
    /// <value>4; from 1 to 64.</value>
    public int ReadConnectionsMax { get; set; } = 4;

    /// <summary>How many entries a reader takes in one transaction: a long one would keep the write-ahead log from shrinking.</summary>
    /// <value>1,000; from 1 to 100,000.</value>
    public int PageEntriesMax { get; set; } = 1_000;
}
