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
    public async Task<ILimitedBudget?> LimitAsync(int holds, CancellationToken cancellationToken)
    {
        await using var made = database.CreateCommand(ProcedureSql.Limited);
        made.Parameters.Add(new NpgsqlParameter<long> { TypedValue = holds * Money.Reserved });
        return new Limited(database, (int)(await made.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <inheritdoc/>
    public Task<IReserver> OpenAsync(int caller, CancellationToken cancellationToken) => Task.FromResult<IReserver>(new Reserver(database));

    private static async Task<bool> ReserveAsync(NpgsqlDataSource database, Guid id, int budget, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ProcedureSql.Reserve);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = budget, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Money.Reserved, NpgsqlDbType = NpgsqlDbType.Bigint });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task<bool> ReconcileAsync(NpgsqlDataSource database, Guid id, long cost, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ProcedureSql.Reconcile);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = cost, NpgsqlDbType = NpgsqlDbType.Bigint });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private sealed class Reserver(NpgsqlDataSource database) : IReserver
    {
        private Guid _id;

        public async Task ReserveAsync(int budget, CancellationToken cancellationToken)
        {
            _id = WorkloadId.New(TimeProvider.System.GetUtcNow()).Value;
            if (!await ProcedureAlternative.ReserveAsync(database, _id, budget, cancellationToken))
                throw new BenchException($"{_id} must be allowed");
        }

        public async Task ReconcileAsync(CancellationToken cancellationToken)
        {
            if (!await ProcedureAlternative.ReconcileAsync(database, _id, Money.Spent, cancellationToken))
                throw new BenchException($"{_id} must be settled");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Limited(NpgsqlDataSource database, int budget) : ILimitedBudget
    {
        public Task<bool> TryReserveAsync(WorkloadId id, CancellationToken cancellationToken) => ReserveAsync(database, id.Value, budget, cancellationToken);

        public Task<bool> TryReconcileAsync(WorkloadId id, bool otherwise, CancellationToken cancellationToken) =>
            ReconcileAsync(database, id.Value, otherwise ? Money.Claimed : Money.Spent, cancellationToken);
    }
}
