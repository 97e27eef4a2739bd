using System.Globalization;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Ids;
using StackExchange.Redis;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>
/// A Lua script of Redis for each call. All callers share a connection, as the client library advises, which sends what many
/// ask at once together: that lets Redis force several answers to the disk with one write.
/// </summary>
internal sealed class RedisAlternative(ConnectionMultiplexer redis) : IAlternative, IAsyncDisposable
{
    private const long Limit = 1_000_000_000_000_000;

    private readonly IDatabase _database = redis.GetDatabase();
    private readonly byte[][] _hashes =
    [
        redis.GetServers()[0].ScriptLoad(RedisScripts.Reserve), redis.GetServers()[0].ScriptLoad(RedisScripts.Reconcile),
    ];

    /// <summary>The server's version.</summary>
    public string Version => redis.GetServers()[0].Version.ToString();

    /// <inheritdoc/>
    public string Name => "Redis script";

    /// <summary>Connects.</summary>
    public static async Task<RedisAlternative> ConnectAsync(RedisServer server) =>
        new(await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions { EndPoints = { server.Address }, AllowAdmin = true }));

    /// <inheritdoc/>
    public Task<ILimitedBudget?> LimitAsync(int holds, CancellationToken cancellationToken) =>
        Task.FromResult<ILimitedBudget?>(new Limited(this, holds * Money.Reserved));

    /// <inheritdoc/>
    public Task<IReserver> OpenAsync(int caller, CancellationToken cancellationToken) => Task.FromResult<IReserver>(new Reserver(this));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => redis.DisposeAsync();

    private static RedisKey[] Keys(WorkloadId id, string budget) => [$"reservation:{id}", budget];

    private async Task<bool> ReserveAsync(RedisKey[] keys, long limit) => (long)await _database.ScriptEvaluateAsync(_hashes[0], keys, [Money.Reserved, limit]) == 1;

    private async Task<bool> ReconcileAsync(RedisKey[] keys, long cost) => (long)await _database.ScriptEvaluateAsync(_hashes[1], keys, [cost]) == 1;

    private sealed class Reserver(RedisAlternative owner) : IReserver
    {
        private RedisKey[] _keys = [];

        public async Task ReserveAsync(int budget, CancellationToken cancellationToken)
        {
            _keys = Keys(WorkloadId.New(TimeProvider.System.GetUtcNow()), string.Create(CultureInfo.InvariantCulture, $"budget:{budget}"));
            if (!await owner.ReserveAsync(_keys, Limit))
                throw new BenchException($"{_keys[0]} must be allowed");
        }

        public async Task ReconcileAsync(CancellationToken cancellationToken)
        {
            if (!await owner.ReconcileAsync(_keys, Money.Spent))
                throw new BenchException($"{_keys[0]} must be settled");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Limited(RedisAlternative owner, long limit) : ILimitedBudget
    {
        private readonly string _budget = $"budget:{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";

        public Task<bool> TryReserveAsync(WorkloadId id, CancellationToken cancellationToken) => owner.ReserveAsync(Keys(id, _budget), limit);

        public Task<bool> TryReconcileAsync(WorkloadId id, bool otherwise, CancellationToken cancellationToken) =>
            owner.ReconcileAsync(Keys(id, _budget), otherwise ? Money.Claimed : Money.Spent);
    }
}
