using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Connections that can only read. Work runs on the thread pool, because SQLite blocks and a grain must not.</summary>
internal sealed class SqliteReaderPool : IDisposable
{
    private readonly string _connectionString;
    private readonly string _settings;
    private readonly SemaphoreSlim _free;
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private volatile bool _disposed;

    public SqliteReaderPool(SqliteLedgerOptions options)
    {
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path.GetFullPath(options.DatabasePath),
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
            DefaultTimeout = Math.Max(1, (int)Math.Ceiling(options.BusyTimeout.TotalSeconds)),
        }.ToString();
        _settings = string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {(long)options.BusyTimeout.TotalMilliseconds}; PRAGMA query_only = ON;");
        _free = new SemaphoreSlim(options.ReadConnectionsMax, options.ReadConnectionsMax);
    }

    /// <summary>Runs <paramref name="read"/> on a connection of the pool, off the caller's scheduler.</summary>
    public async Task<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Read(read), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var connection))
            connection.Dispose();
    }

    private T Read<T>(Func<SqliteConnection, T> read)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var connection = _idle.TryTake(out var idle) ? idle : Open();
        var isSound = false;
        try
        {
            var result = read(connection);
            isSound = true;
            return result;
        }
        finally
        {
            // A connection that failed is not used again.
            if (isSound && !_disposed)
                _idle.Add(connection);
            else
                connection.Dispose();
        }
    }

    private SqliteConnection Open()
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
}
