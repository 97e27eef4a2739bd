namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>The file is a database of something else.</summary>
public sealed class SqliteSchemaForeignException(string purpose, string databasePath, string evidence)
    : SqliteSchemaException(
        $"The file '{databasePath}' is a database, but not a {purpose}: {evidence}. Give the {purpose} a file of its own.",
        databasePath)
{
    /// <summary>What in the file doesn't belong there.</summary>
    public string Evidence { get; } = evidence;
}
