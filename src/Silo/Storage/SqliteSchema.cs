using System.Globalization;
using Microsoft.Data.Sqlite;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Brings a SQLite database to the schema of this program.</summary>
/// <param name="purpose">What the database is, for messages: <c>grain storage</c>, <c>ledger</c>.</param>
/// <param name="adviceIfNewer">What to do about a database that a newer program wrote, as a whole sentence.</param>
/// <param name="migrations">The steps, numbered from 1.</param>
/// <param name="clock">Dates the steps.</param>
internal sealed class SqliteSchema(
    string purpose, string adviceIfNewer, IReadOnlyList<SchemaMigration> migrations, TimeProvider clock)
{
    /// <summary>The schema of the ledger.</summary>
    public static SqliteSchema Ledger(TimeProvider clock) => new(
        "ledger",
        "Start the newer program again: the ledger is the evidence of everything that was decided, so never delete it.",
        SchemaMigration.ReadEmbedded("Ledger"),
        clock);

    /// <summary>The schema of the snapshots of grains.</summary>
    public static SqliteSchema GrainStorage(TimeProvider clock) => new(
        "grain storage",
        "Start the newer program again, or delete the file: it holds only snapshots, which are rebuilt from the ledger.",
        SchemaMigration.ReadEmbedded("GrainStorage"),
        clock);

    /// <summary>The schema version that this program writes.</summary>
    public int KnownVersion => migrations.Count;

    /// <summary>
    /// Applies the steps that the database lacks, all in one transaction, creating the file when there is none. Processes
    /// that do it at once queue up: one applies, the others find nothing to do.
    /// </summary>
    /// <returns>The version before; equal to <see cref="KnownVersion"/> when there was nothing to do.</returns>
    /// <exception cref="SqliteSchemaException">The database is newer than this program, or one of something else; it is unchanged.</exception>
    /// <exception cref="SqliteException">The file can't be opened or written, or is no database.</exception>
    public int Apply(string databasePath, TimeSpan busyTimeout)
    {
        // Unpooled, so that no handle on the file stays behind.
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = databasePath,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            DefaultTimeout = (int)Math.Ceiling(busyTimeout.TotalSeconds),
        };
        using var connection = new SqliteConnection(connectionString.ToString());
        connection.Open();

        int versionBefore;
        using (var transaction = connection.BeginTransaction(deferred: false)) // takes the write lock before it looks
        {
            versionBefore = ReadVersion(connection, transaction, databasePath);
            foreach (var migration in migrations.Skip(versionBefore))
                Apply(migration, connection, transaction);

            transaction.Commit();
        }

        // A property of the file that can't be set inside a transaction; here, so that a refused file stays as it was.
        Execute(connection, null, "PRAGMA journal_mode = WAL");
        return versionBefore;
    }

    private int ReadVersion(SqliteConnection connection, SqliteTransaction transaction, string databasePath)
    {
        if (Scalar(connection, transaction, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'") == 0)
        {
            var tables = Scalar(connection, transaction, "SELECT count(*) FROM sqlite_schema");
            if (tables != 0)
                throw new SqliteSchemaForeignException(purpose, databasePath, $"it has {tables} tables and indexes but no table schema_version");

            Execute(connection, transaction, "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT");
            return 0;
        }

        var version = 0;
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT version, name FROM schema_version ORDER BY version";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            version = reader.GetInt32(0);
            var name = reader.GetString(1);
            if (version <= KnownVersion && migrations[version - 1].Name != name)
                throw new SqliteSchemaForeignException(purpose, databasePath, $"its schema version {version} is '{name}' instead of '{migrations[version - 1].Name}'");
        }

        if (version > KnownVersion)
            throw new SqliteSchemaNewerException(purpose, databasePath, version, KnownVersion, adviceIfNewer);

        return version;
    }

    private void Apply(SchemaMigration migration, SqliteConnection connection, SqliteTransaction transaction)
    {
        Execute(connection, transaction, migration.Sql);

        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT INTO schema_version (version, name, applied_at) VALUES (@version, @name, @appliedAt)";
        command.Parameters.AddWithValue("@version", migration.Version);
        command.Parameters.AddWithValue("@name", migration.Name);
        command.Parameters.AddWithValue("@appliedAt", clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
        command.ExecuteNonQuery();
    }

    private static long Scalar(SqliteConnection connection, SqliteTransaction transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, SqliteTransaction? transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
