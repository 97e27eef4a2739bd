namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Others held what a change of the schema needs for longer than this node waits.</summary>
public sealed class PostgresSchemaBusyException(string database, TimeSpan waited, Exception inner)
    : PostgresSchemaException(
        $"Another node, or a long transaction, has held the schema of database '{database}' for {waited.TotalSeconds} s. "
        + $"Start this one again later, look for who holds it in pg_locks, or raise {PostgresOptions.Section}:{nameof(PostgresOptions.MigrationTimeout)}.",
        inner);
