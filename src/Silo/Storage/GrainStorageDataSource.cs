using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Opens the connections of Orleans' grain storage with the settings that a connection string can't express.</summary>
internal sealed class GrainStorageDataSource : DbDataSource
{
    private readonly string _connectionString;
    private readonly string _settings;

    public GrainStorageDataSource(IOptions<GrainStorageOptions> options)
    {
        var busyTimeout = options.Value.BusyTimeout;
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path.GetFullPath(options.Value.DatabasePath),
            Mode = SqliteOpenMode.ReadWrite, // a lost file is an error, not a new, empty database
            Pooling = true,
            DefaultTimeout = (int)Math.Ceiling(busyTimeout.TotalSeconds), // 0 would wait for ever
        }.ToString();

        // busy_timeout: without it the driver itself waits for a lock, asleep for 150 ms at a time.
        // synchronous: snapshots are a cache. In WAL mode NORMAL can lose the last ones to a power cut, never corrupt them.
        _settings = string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {(long)busyTimeout.TotalMilliseconds}; PRAGMA synchronous = NORMAL;");
    }

    /// <inheritdoc/>
    public override string ConnectionString => _connectionString;

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => new SqliteConnection(_connectionString);

    /// <inheritdoc/>
    protected override DbConnection OpenDbConnection()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = _settings;
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        // SQLite's "async" methods block. Leaving the grain's scheduler here moves the whole operation off it, because
        // the provider goes on wherever the connection was opened: a reentrant grain serves other calls meanwhile.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        cancellationToken.ThrowIfCancellationRequested();
        return OpenDbConnection();
    }

    /// <summary>Closes the pooled connections, which folds the write-ahead log into the file and frees the file.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Only this file's pool: other databases of the process keep theirs.
            using var connection = new SqliteConnection(_connectionString);
            SqliteConnection.ClearPool(connection);
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override ValueTask DisposeAsyncCore()
    {
        Dispose(disposing: true);
        return ValueTask.CompletedTask;
    }
}
