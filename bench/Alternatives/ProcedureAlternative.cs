using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Ids;
using Npgsql;
using NpgsqlTypes;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>A stored procedure of PostgreSQL for each call, prepared, over a pool of connections that all callers share.</summary>
internal sealed class ProcedureAlternative(NpgsqlDataSource database) : IAlternative
{
    /// <inheritdoc/>
    public string Name => "PostgreSQL procedure";

    /// <summary>Makes what it needs in an empty database.</summary>
    public static async Task<ProcedureAlternative> PrepareAsync(NpgsqlDataSource database, int budgets, CancellationToken cancellationToken)
    {
        await using (var schema = database.CreateCommand(ProcedureSql.Schema))
            await schema.ExecuteNonQueryAsync(cancellationToken);
        await using var rows = database.CreateCommand(ProcedureSql.Budgets);
        rows.Parameters.Add(new NpgsqlParameter<int> { TypedValue = budgets });
        await rows.ExecuteNonQueryAsync(cancellationToken);
        return new ProcedureAlternative(database);
    }

    /// <inheritdoc/>
    public Task<IReserver> OpenAsync(int caller, CancellationToken cancellationToken) => Task.FromResult<IReserver>(new Reserver(database));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => database.DisposeAsync();

    private sealed class Reserver(NpgsqlDataSource database) : IReserver
    {
        private Guid _id;

        public async Task ReserveAsync(int budget, CancellationToken cancellationToken)
        {
            _id = WorkloadId.New(TimeProvider.System.GetUtcNow()).Value;
            await using var command = database.CreateCommand(ProcedureSql.Reserve);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = _id, NpgsqlDbType = NpgsqlDbType.Uuid });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = budget, NpgsqlDbType = NpgsqlDbType.Integer });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Money.Reserved, NpgsqlDbType = NpgsqlDbType.Bigint });
            if (await command.ExecuteScalarAsync(cancellationToken) is not true)
                throw new BenchException($"{_id} must be allowed");
        }

        public async Task ReconcileAsync(CancellationToken cancellationToken)
        {
            await using var command = database.CreateCommand(ProcedureSql.Reconcile);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = _id, NpgsqlDbType = NpgsqlDbType.Uuid });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Money.Spent, NpgsqlDbType = NpgsqlDbType.Bigint });
            if (await command.ExecuteScalarAsync(cancellationToken) is not true)
                throw new BenchException($"{_id} must be settled");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
