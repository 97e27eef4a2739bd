using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using Npgsql;
using NpgsqlTypes;

namespace GenOps.ControlPlane.Cluster.Tests.Storage;

/// <summary>A transaction that has written entries, and waits before its commit for as long as a test wants.</summary>
internal sealed class LateCommit : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private LateCommit(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    public static async Task<LateCommit> BeginAsync(NpgsqlConnection connection, StreamAppend append)
    {
        var late = new LateCommit(connection, await connection.BeginTransactionAsync());
        IReadOnlyList<IReadOnlyList<StreamAppend>> batch = [[append]];
        var unit = new PostgresCommitUnit();
        unit.Add(0, batch[0]);
        var arrays = new PostgresCommitBatch(batch, [unit]);
        await using var command = new NpgsqlCommand(PostgresCommitSql.CommitMany, connection);
        object[] values =
        [
            arrays.StreamUnits, arrays.Streams, arrays.Bases, arrays.BaseHashes, arrays.SlotUnits, arrays.SlotTenants, arrays.SlotWorkloads, arrays.SlotNumbers,
            arrays.Units, arrays.Ordinals, arrays.EntryStreams, arrays.Numbers, arrays.Hashes, arrays.Tenants, arrays.Workloads, arrays.Slots,
            arrays.Instants, arrays.OfAuthority, arrays.Previous, arrays.Kinds,
        ];
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        command.Parameters.Add(new NpgsqlParameter { Value = arrays.Texts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync();
        return late;
    }

    public Task CommitAsync() => _transaction.CommitAsync();

    public Task RollbackAsync() => _transaction.RollbackAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
