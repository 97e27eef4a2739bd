using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Tests.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace GenOps.ControlPlane.Authority;

/// <summary>Silos in one process, each with a writer and a watch of its own, on one ledger in memory.</summary>
internal sealed class SharedLedgerCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private SharedLedgerCluster(InProcessTestCluster cluster, SimulatedDisk disk, ReplaceableStore store)
    {
        _cluster = cluster;
        Disk = disk;
        Store = store;
    }

    /// <summary>What the ledger was at first.</summary>
    public SimulatedDisk Disk { get; }

    /// <summary>The ledger that all share.</summary>
    public ReplaceableStore Store { get; }

    public int Silos => _cluster.Silos.Count;

    /// <summary>A cluster that runs.</summary>
    /// <param name="silos">How many silos.</param>
    /// <param name="pollInterval">How often each polls by itself.</param>
    /// <param name="configure">Changes to each silo's services, before the actors' are added.</param>
    public static async Task<SharedLedgerCluster> StartAsync(
        short silos, TimeSpan pollInterval, Action<IServiceCollection>? configure = null)
    {
        var disk = new SimulatedDisk();
        var store = new ReplaceableStore(StoreOf(disk));
        var builder = new InProcessTestClusterBuilder(silos);
        builder.Options.ConfigureFileLogging = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.ConfigureSiloHost((_, host) =>
        {
            host.Logging.ClearProviders();
            configure?.Invoke(host.Services);
            host.Services.Configure<AuthorityWatchOptions>(options => options.PollInterval = pollInterval);
            host.Services.AddSingleton<ILedgerStore>(store);
            host.Services.AddSingleton<ILedger, LedgerWriter>();
            host.Services.AddGenOpsGrains();
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new SharedLedgerCluster(cluster, disk, store);
    }

    /// <summary>From now on the ledger is what is on <paramref name="disk"/>, and the first silo has noticed.</summary>
    public async Task RestoreAsync(SimulatedDisk disk)
    {
        Store.Replace(StoreOf(disk));
        await Watch(0).RefreshAsync();
    }

    private static SimulatedLedgerStore StoreOf(SimulatedDisk disk) => new SimulatedLedgerStore(disk, seed: 1, runsByItself: true);

    public T Service<T>(int silo) where T : notnull => _cluster.Silos[silo].ServiceProvider.GetRequiredService<T>();

    public AuthorityWatch Watch(int silo) => Service<AuthorityWatch>(silo);

    /// <summary>Ends when <paramref name="condition"/> holds.</summary>
    /// <exception cref="TimeoutException">It does not within <paramref name="limit"/>.</exception>
    public async Task WhenAsync(Func<bool> condition, TimeSpan limit)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > limit)
                throw new TimeoutException($"it is not so within {limit}");
            await timer.WaitForNextTickAsync();
        }
    }

    public Task StopAsync(int silo) => _cluster.StopSiloAsync(_cluster.Silos[silo]);

    public IBudgetGrain Budget(TenantId tenant, string root) =>
        Service<IGrainFactory>(0).GetGrain<IBudgetGrain>(IBudgetGrain.Key(tenant, BudgetRoot.Parse(root)));

    public ITenantGrain Tenant(TenantId tenant) => Service<IGrainFactory>(0).GetGrain<ITenantGrain>(ITenantGrain.Key(tenant));

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
