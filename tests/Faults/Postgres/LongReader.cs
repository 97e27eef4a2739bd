using System.Diagnostics;
using Npgsql;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// What burdens a database without harming it: a read transaction that is never ended, so that nothing that was deleted
/// since can be cleared away, and one pg_dump after the other.
/// </summary>
public sealed class LongReader : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _dumping;
    private readonly long _started = Stopwatch.GetTimestamp();
    private int _dumps;

    private LongReader(NpgsqlConnection connection, NpgsqlTransaction transaction, PostgresServer server, string database)
    {
        (_connection, _transaction) = (connection, transaction);
        _dumping = Task.Run(() => DumpAsync(server, database));
    }

    /// <summary>How many dumps were finished.</summary>
    public int Dumps => Volatile.Read(ref _dumps);

    /// <summary>Whether a dump failed; the end says why.</summary>
    public bool HasFailed => _dumping.IsFaulted;

    /// <summary>How long the transaction has been open.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_started);

    /// <summary>Begins both.</summary>
    public static async Task<LongReader> BeginAsync(PostgresServer server, string database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        var connection = new NpgsqlConnection(server.ConnectionString(database) + ";Pooling=false");
        try
        {
            await connection.OpenAsync(cancellationToken);
            var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
            await using var look = new NpgsqlCommand("SELECT count(*) FROM genops.ledger_state", connection, transaction);
            await look.ExecuteScalarAsync(cancellationToken);
            return new LongReader(connection, transaction, server, database);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the dump under way and the transaction.</summary>
    /// <exception cref="HarnessException">A dump failed.</exception>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        try
        {
            await _dumping;
        }
        finally
        {
            await _transaction.DisposeAsync();
            await _connection.DisposeAsync();
            _ending.Dispose();
        }
    }

    private async Task DumpAsync(PostgresServer server, string database)
    {
        var start = new ProcessStartInfo(
            PostgresBinaries.Program("pg_dump"),
            ["--format=custom", "--schema=genops", "--no-sync", "--file=/dev/null", "-h", "127.0.0.1", "-p", $"{server.Port}", "-U", PostgresServer.SuperuserName, database])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        start.Environment["PGPASSWORD"] = PostgresServer.Password;
        while (!_ending.IsCancellationRequested)
        {
            using var dump = Process.Start(start) ?? throw new HarnessException("pg_dump did not start");
            Reaper.Started(dump.Id);
            var errors = dump.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                await dump.WaitForExitAsync(_ending.Token);
            }
            catch (OperationCanceledException)
            {
                Signals.TrySend(dump.Id, Signals.Kill);
                await dump.WaitForExitAsync(CancellationToken.None);
                return;
            }
            finally
            {
                Reaper.Ended(dump.Id);
            }

            if (dump.ExitCode != 0)
                throw new HarnessException($"pg_dump ended with {dump.ExitCode}: {await errors}");
            Interlocked.Increment(ref _dumps);
        }
    }
}
