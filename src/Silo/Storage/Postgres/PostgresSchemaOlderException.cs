namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>The schema must be brought up to date first, and this node was told not to.</summary>
public sealed class PostgresSchemaOlderException(string database, int foundVersion, int knownVersion)
    : PostgresSchemaException(
        $"The schema of database '{database}' has version {foundVersion}; this program needs {knownVersion}. "
        + $"Run it once with the argument 'migrate', or set {PostgresOptions.Section}:{nameof(PostgresOptions.Migrate)} to true.")
{
    /// <summary>The schema's version; 0 if there is none.</summary>
    public int FoundVersion { get; } = foundVersion;

    /// <summary>The version that this program needs.</summary>
    public int KnownVersion { get; } = knownVersion;
}
