namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>A database can't be used by this program; nothing in it was changed.</summary>
public abstract class SqliteSchemaException(string message, string databasePath) : Exception(message)
{
    /// <summary>The database's file.</summary>
    public string DatabasePath { get; } = databasePath;
}
