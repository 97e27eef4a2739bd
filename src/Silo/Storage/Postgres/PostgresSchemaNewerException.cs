namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>The schema was made by a newer program.</summary>
public sealed class PostgresSchemaNewerException(string database, int foundVersion, int knownVersion)
    : PostgresSchemaException(
        $"The schema of database '{database}' has version {foundVersion}; this program knows versions up to {knownVersion}. "
        + "Start the newer program again: the ledger is the evidence of everything that was decided, so never delete it.")
{
    /// <summary>The schema's version.</summary>
    public int FoundVersion { get; } = foundVersion;

    /// <summary>The newest version that this program knows.</summary>
    public int KnownVersion { get; } = knownVersion;
}
