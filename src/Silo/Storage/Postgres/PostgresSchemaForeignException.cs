namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>The schema <c>genops</c> is something else's.</summary>
public sealed class PostgresSchemaForeignException(string database, string evidence)
    : PostgresSchemaException($"The database '{database}' has a schema '{PostgresSchema.Name}', but not this program's: {evidence}. Give the program a database of its own.")
{
    /// <summary>What in the schema doesn't belong there.</summary>
    public string Evidence { get; } = evidence;
}
