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
internal sealed class RedisAlternative(ConnectionMultiplexer redis) : IAlternative
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
    public Task<IReserver> OpenAsync(int caller, CancellationToken cancellationToken) => Task.FromResult<IReserver>(new Reserver(this));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => redis.DisposeAsync();

    private sealed class Reserver(RedisAlternative owner) : IReserver
    {
        private RedisKey[] _keys = [];

        public async Task ReserveAsync(int budget, CancellationToken cancellationToken)
        {
            _keys = [$"reservation:{WorkloadId.New(TimeProvider.System.GetUtcNow())}", string.Create(CultureInfo.InvariantCulture, $"budget:{budget}")];
            if ((long)await owner._database.ScriptEvaluateAsync(owner._hashes[0], _keys, [Money.Reserved, Limit]) != 1)
                throw new BenchException($"{_keys[0]} must be allowed");
        }

        public async Task ReconcileAsync(CancellationToken cancellationToken)
        {
            if ((long)await owner._database.ScriptEvaluateAsync(owner._hashes[1], _keys, [Money.Spent]) != 1)
                throw new BenchException($"{_keys[0]} must be settled");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
