namespace GenOps.ControlPlane.Faults;

/// <summary>How a test's PostgreSQL server is set up.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>The most connections.</summary>
    /// <value>200 unless told otherwise.</value>
    public int ConnectionsMax { get; init; } = 200;

    /// <summary>Further settings of postgresql.conf; one that stands there already is replaced.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Where its folder is made, and thereby the disk that it writes to; among the temporary ones if absent.</summary>
    public string? Folder { get; init; }

    /// <summary>
    /// Puts the data on a file system of its own of so many MiB, at least 128, which can then be filled. Needs the right
    /// to mount: see <see cref="SmallDisk.Unavailable"/>. Null: in its folder.
    /// </summary>
    public int? DiskMiB { get; init; }
}
