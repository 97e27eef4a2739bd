using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Bench.Cluster;
using GenOps.ControlPlane.Ids;
using Npgsql;
using NpgsqlTypes;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>
/// What one caller's decision can't cost less than: a call of an actor that only reads what it has in memory, and one prepared insert of a row as large as
/// an entry, by itself, into a table with three of the ledger's four indexes. It decides nothing. Many callers' entries share a
/// write in the ledger, and here none does.
/// </summary>
internal sealed class FloorAlternative(NpgsqlDataSource database, GovernedSilo silo) : IAlternative
{
    // Where the ledger finds its entries: by stream and number, by workload, and by tenant.
    private const string Schema =
        """
        CREATE SCHEMA IF NOT EXISTS floor;
        CREATE TABLE floor.entry (stream text, seq bigint, tenant text, workload uuid, slot bigint, text bytea, PRIMARY KEY (stream, seq));
        CREATE UNIQUE INDEX ON floor.entry (tenant, workload, slot);
        CREATE INDEX ON floor.entry (tenant);
        """;

    private const string Insert = "INSERT INTO floor.entry (stream, seq, tenant, workload, slot, text) VALUES ($1, $2, $3, $4, 0, $5)";
    private const int EntryBytes = 970;

    /// <inheritdoc/>
    public string Name => "floor";

    /// <summary>Makes what it needs in an empty database.</summary>
    public static async Task<FloorAlternative> PrepareAsync(NpgsqlDataSource database, GovernedSilo silo, CancellationToken cancellationToken)
    {
        await using var schema = database.CreateCommand(Schema);
        await schema.ExecuteNonQueryAsync(cancellationToken);
        return new FloorAlternative(database, silo);
    }

    /// <inheritdoc/>
    public Task<ILimitedBudget?> LimitAsync(int holds, CancellationToken cancellationToken) => Task.FromResult<ILimitedBudget?>(null);

    /// <inheritdoc/>
    public Task<IReserver> OpenAsync(int caller, CancellationToken cancellationToken) =>
        Task.FromResult<IReserver>(new Reserver(database, budget => silo.Actor(budget, caller)));

    private sealed class Reserver(NpgsqlDataSource database, Func<int, IAgentGrain> agentOf) : IReserver
    {
        private static readonly byte[] Text = new byte[EntryBytes];
        private readonly string _stream = $"floor/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";
        private int _budget;
        private long _seq;

        public Task ReserveAsync(int budget, CancellationToken cancellationToken) => CallAndInsertAsync(_budget = budget, cancellationToken);

        public Task ReconcileAsync(CancellationToken cancellationToken) => CallAndInsertAsync(_budget, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async Task CallAndInsertAsync(int budget, CancellationToken cancellationToken)
        {
            await agentOf(budget).GetAsync();
            await using var command = database.CreateCommand(Insert);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _stream });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = ++_seq });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ClusterOrganisation.Tenant.Value });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = WorkloadId.New(TimeProvider.System.GetUtcNow()).Value, NpgsqlDbType = NpgsqlDbType.Uuid });
            command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Text, NpgsqlDbType = NpgsqlDbType.Bytea });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
