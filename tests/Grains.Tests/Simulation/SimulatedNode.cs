using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Throttling;
using GenOps.ControlPlane.Tests.Ledger;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>One process: the real writer, watch, directory and actors, over a connection of its own to the one disk.</summary>
internal sealed class SimulatedNode
{
    private readonly SimulatedCluster _cluster;
    private readonly IGrainFactory _grains;
    private readonly LedgeredGrainServices _services;
    private readonly TenantDirectory _tenants;
    private readonly AuthorityDirectory _authority;
    private readonly WorkloadDirectory _workloads;
    private readonly SimulatedThread _thread;
    private readonly DueList _dueList;

    public SimulatedNode(SimulatedCluster cluster, int number)
    {
        _cluster = cluster;
        Number = number;
        var world = cluster.World;
        var settings = cluster.Settings;
        var time = new SkewedClock(world, TimeSpan.FromMilliseconds(world.Random.Next(-settings.SkewMsMax, settings.SkewMsMax + 1)));
        Store = new SimulatedLedgerStore(cluster.Disk, world.Random.Next(), settings.StoreFaultRate);
        world.Add(Store);
        _thread = new SimulatedThread(world);
        _grains = SimulatedGrainFactory.For(cluster);

        var reader = settings.Reader(new SimulatedReader(world, Store, () => cluster.Settings.ReadFaultRate));
        var writer = new LedgerWriter(
            settings.Store(Store, cluster.Disk), Options.Create(new LedgerOptions
            {
                CommitsAtOnceMax = settings.CommitsAtOnceMax,
                CommitAttemptsMax = settings.CommitAttemptsMax,
                AuthorityGoesApart = settings.AuthorityGoesApart,
            }), time,
            new SimulatedLog<LedgerWriter>(world));
        Watch = new AuthorityWatch(reader, time, Options.Create(settings.Watch), new SimulatedLog<AuthorityWatch>(world));
        _services = new LedgeredGrainServices(
            writer, reader, new SnapshotStore(cluster.Snapshots, new SimulatedLog<SnapshotStore>(world)), Watch, time,
            Options.Create(new LedgeredGrainOptions { SnapshotEntriesMin = settings.SnapshotEntriesMin }), new SimulatedLog<LedgerEntry>(world));
        _tenants = new TenantDirectory(reader, Watch, time, Options.Create(new TenantDirectoryOptions()));
        _authority = new AuthorityDirectory(settings.DirectoryReader(reader), Watch, Options.Create(settings.Directory));
        _workloads = new WorkloadDirectory(reader, new WorkloadIndex(_grains, Watch, time, new SimulatedLog<WorkloadIndex>(world)), _grains, time, Options.Create(new AgentGrainOptions()));
        _dueList = new DueList(reader, _grains, Watch, time, Options.Create(settings.Budgets), new SimulatedLog<DueList>(world));
        Start();
    }

    public int Number { get; }

    public SimulatedLedgerStore Store { get; }

    public AuthorityWatch Watch { get; }

    /// <summary>Whether it knows enough to take calls.</summary>
    public bool IsReady { get; private set; }

    public bool IsDead => _thread.IsDead;

    public Grain Make(IGrainContext context)
    {
        var world = _cluster.World;
        return context.GrainId.Key.ToString()![0] switch
        {
            'a' => new AgentGrain(
                context, _grains, _services, _tenants, _authority, _workloads, new ChargeCalculator(PriceBook.Default),
                Options.Create(_cluster.Settings.Agents), Options.Create(_cluster.Settings.Approvals), Options.Create(new ThrottleOptions()), new SimulatedLog<AgentGrain>(world)),
            'b' => new BudgetGrain(
                context, _grains, _services, _dueList, Options.Create(_cluster.Settings.Budgets), Options.Create(_cluster.Settings.Trees), new SimulatedLog<BudgetGrain>(world)),
            'p' => new ApprovalGrain(context, _grains, _services, _tenants, new SimulatedLog<ApprovalGrain>(world)),
            _ => new TenantGrain(context, _services, _tenants),
        };
    }

    public void Die()
    {
        _thread.Die();
        _cluster.World.Remove(Store);
        Store.Crash();
    }

    private void Start() => _thread.Run(async () =>
    {
        while (!IsReady)
        {
            try
            {
                var lifecycle = new SimulatedLifecycle();
                Watch.Participate(lifecycle);
                await lifecycle.StartAsync();
                IsReady = true;
            }
            catch (LedgerStoreException)
            {
                // The database can't be read yet.
                await _cluster.World.DelayAsync("start again");
            }
        }
    });
}
