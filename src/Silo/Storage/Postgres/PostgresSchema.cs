using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Brings the schema of a PostgreSQL database to the one of this program, and refuses servers that can't keep a ledger.</summary>
public sealed partial class PostgresSchema
{
    /// <summary>The one schema that the program uses.</summary>
    public const string Name = "genops";

    private const int ServerVersionMin = 140_000;

    // An arbitrary number that all nodes agree on.
    private const long LockKey = 7_381_222_183_794_573_312;

    private readonly PostgresDataSources _sources;
    private readonly PostgresOptions _options;
    private readonly ILogger<PostgresSchema> _logger;
    private readonly IReadOnlyList<SchemaMigration> _migrations;

    /// <summary>Connects to nothing yet.</summary>
    public PostgresSchema(PostgresDataSources sources, IOptions<PostgresOptions> options, ILogger<PostgresSchema> logger)
        : this(sources, options, logger, SchemaMigration.ReadEmbedded("Postgres"))
    {
    }

    internal PostgresSchema(
        PostgresDataSources sources, IOptions<PostgresOptions> options, ILogger<PostgresSchema> logger, IReadOnlyList<SchemaMigration> migrations)
    {
        _sources = sources;
        _options = options.Value;
        _logger = logger;
        _migrations = migrations;
    }

    /// <summary>The schema version that this program writes.</summary>
    public int KnownVersion => _migrations.Count;

    /// <summary>
    /// Applies the steps that the database lacks, all in one transaction, and adopts a ledger that was restored from a
    /// dump. Nodes that do it at once queue up: one applies, the others find nothing to do.
    /// </summary>
    /// <returns>The version before; equal to <see cref="KnownVersion"/> when there was nothing to do.</returns>
    /// <exception cref="PostgresSchemaException">The database or server can't be used; it is unchanged.</exception>
    /// <exception cref="NpgsqlException">The server can't be reached, or refused a statement.</exception>
    public async Task<int> ApplyAsync(CancellationToken cancellationToken = default)
    {
        var connection = await _sources.Migration.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await CheckServerAsync(connection, cancellationToken).ConfigureAwait(false);
            try
            {
                return await ApplyAsync(connection, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                throw new PostgresSchemaBusyException(connection.Database, _options.MigrationTimeout, exception);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                throw new PostgresSchemaRightsException(connection.Database, connection.UserName ?? "", exception);
            }
        }
    }

    /// <summary>Checks, with the node's own connection, that the schema is the one of this program; changes nothing.</summary>
    /// <exception cref="PostgresSchemaException">It is not, or the server can't be used.</exception>
    /// <exception cref="NpgsqlException">The server can't be reached, or refused a statement.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken = default)
    {
        var connection = await _sources.Runtime.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await CheckServerAsync(connection, cancellationToken).ConfigureAwait(false);
            var version = await ReadVersionAsync(connection, cancellationToken).ConfigureAwait(false) ?? 0;
            if (version < KnownVersion)
                throw new PostgresSchemaOlderException(connection.Database, version, KnownVersion);

            if (await ReadRestoredAsync(connection, cancellationToken).ConfigureAwait(false) is { } evidence)
                throw new PostgresLedgerRestoredException(connection.Database, evidence);
        }
    }

    private async Task<int> ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            // Both the queue of nodes and a change of a table that somebody reads: waited for, but not for ever.
            await ExecuteAsync(
                connection,
                string.Create(CultureInfo.InvariantCulture, $"SET LOCAL lock_timeout = {(long)_options.MigrationTimeout.TotalMilliseconds}; SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock({LockKey})"),
                cancellationToken).ConfigureAwait(false);
            var versionBefore = await ReadVersionAsync(connection, cancellationToken).ConfigureAwait(false);
            if (versionBefore is null)
                await CreateAsync(connection, cancellationToken).ConfigureAwait(false);

            foreach (var migration in _migrations.Skip(versionBefore ?? 0))
                await ApplyAsync(migration, connection, cancellationToken).ConfigureAwait(false);

            if (versionBefore > 0 && await ReadRestoredAsync(connection, cancellationToken).ConfigureAwait(false) is { } evidence)
            {
                var incarnation = await ScalarAsync<Guid>(connection, "SELECT genops.adopt_restored_ledger()", cancellationToken).ConfigureAwait(false);
                LedgerAdopted(connection.Database, evidence, incarnation);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            if (versionBefore != KnownVersion)
                SchemaMigrated(connection.Database, versionBefore ?? 0, KnownVersion);

            return versionBefore ?? 0;
        }
    }

    /// <summary>The schema's version; null if there is no schema, or an empty one.</summary>
    private async Task<int?> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var relations = await ScalarAsync<long>(
            connection, $"SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = '{Name}'", cancellationToken).ConfigureAwait(false);
        if (relations == 0)
            return null;

        var hasVersions = await ScalarAsync<bool>(connection, $"SELECT to_regclass('{Name}.schema_version') IS NOT NULL", cancellationToken).ConfigureAwait(false);
        if (!hasVersions)
            throw new PostgresSchemaForeignException(connection.Database, $"it has {relations} tables and indexes but no table schema_version");

        var version = 0;
        var command = new NpgsqlCommand($"SELECT version, name FROM {Name}.schema_version ORDER BY version", connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    version = reader.GetInt32(0);
                    var name = reader.GetString(1);
                    if (version >= 1 && version <= KnownVersion && _migrations[version - 1].Name != name)
                        throw new PostgresSchemaForeignException(connection.Database, $"its version {version} is '{name}' instead of '{_migrations[version - 1].Name}'");
                }
            }
        }

        if (version > KnownVersion)
            throw new PostgresSchemaNewerException(connection.Database, version, KnownVersion);

        return version;
    }

    private static async Task CheckServerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(
            """
            SELECT current_setting('server_version_num')::integer, current_setting('fsync'), current_setting('synchronous_commit'),
                   current_setting('server_encoding'), pg_is_in_recovery(), current_setting('server_version')
            """,
            connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (reader.GetInt32(0) < ServerVersionMin)
                    throw new PostgresServerRefusedException($"its version is {reader.GetString(5)}", "Use PostgreSQL 14 or later.");

                if (reader.GetString(1) == "off")
                    throw new PostgresServerRefusedException("it runs with fsync=off, so a power cut would lose what was acknowledged", "Run ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf(); and start again.");

                if (reader.GetString(2) == "off")
                    throw new PostgresServerRefusedException(
                        "synchronous_commit is off for this role, so a crash would lose what was acknowledged",
                        "Run ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf(); look also for settings of the role and of the database, and start again.");

                if (reader.GetString(3) != "UTF8")
                    throw new PostgresServerRefusedException($"the database's encoding is {reader.GetString(3)}", "Make the database with ENCODING 'UTF8'.");

                if (reader.GetBoolean(4))
                    throw new PostgresServerRefusedException("it is a standby", "Connect to the primary; with several hosts add Target Session Attributes=primary to the connection string.");
            }
        }
    }

    private static async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // An operator may have made the schema for a role that may make none.
        if (!await ScalarAsync<bool>(connection, $"SELECT to_regnamespace('{Name}') IS NOT NULL", cancellationToken).ConfigureAwait(false))
            await ExecuteAsync(connection, $"CREATE SCHEMA {Name}", cancellationToken).ConfigureAwait(false);

        await ExecuteAsync(
            connection,
            $"CREATE TABLE {Name}.schema_version (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task ApplyAsync(SchemaMigration migration, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, migration.Sql, cancellationToken).ConfigureAwait(false);
        var command = new NpgsqlCommand($"INSERT INTO {Name}.schema_version (version, name) VALUES ($1, $2)", connection);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = migration.Version });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task<string?> ReadRestoredAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ScalarAsync<string?>(connection, $"SELECT {Name}.ledger_is_restored()", cancellationToken);

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
        {
            var value = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            return value is DBNull ? default! : (T)value!;
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(EventId = 3201, Level = LogLevel.Information,
        Message = "Schema of database {Database} migrated from version {VersionBefore} to {VersionAfter}.")]
    private partial void SchemaMigrated(string database, int versionBefore, int versionAfter);

    [LoggerMessage(EventId = 3202, Level = LogLevel.Warning,
        Message = "The ledger in database {Database} was restored ({Evidence}); it is now incarnation {Incarnation}, and every node forgets what it remembers of another.")]
    private partial void LedgerAdopted(string database, string evidence, Guid incarnation);
}
