namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Where snapshots of grains are kept.</summary>
public sealed class GrainStorageOptions
{
    /// <summary>The SQLite file; its folder must exist. A file of its own: a ledger in the same file is refused.</summary>
    /// <value>No default.</value>
    public string DatabasePath { get; set; } = "";

    /// <summary>How long an operation waits for another writer of the file before it fails.</summary>
    /// <value>5 seconds; from 100 ms to 60 s.</value>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
