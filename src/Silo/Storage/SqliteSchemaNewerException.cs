namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>The database was written by a newer program.</summary>
public sealed class SqliteSchemaNewerException(
    string purpose, string databasePath, int foundVersion, int knownVersion, string advice)
    : SqliteSchemaException(
        $"The {purpose} '{databasePath}' has schema version {foundVersion}; this program knows versions up to {knownVersion}. {advice}",
        databasePath)
{
    /// <summary>The database's schema version.</summary>
    public int FoundVersion { get; } = foundVersion;

    /// <summary>The newest schema version that this program knows.</summary>
    public int KnownVersion { get; } = knownVersion;
}
