namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>The schema must be changed, and the role that should may not.</summary>
public sealed class PostgresSchemaRightsException(string database, string role, Exception inner)
    : PostgresSchemaException(
        $"Role '{role}' may not change the schema '{PostgresSchema.Name}' of database '{database}': {inner.Message}. "
        + $"Set {PostgresOptions.Section}:{nameof(PostgresOptions.MigrationConnectionString)} to one of the schema's owner.",
        inner);
