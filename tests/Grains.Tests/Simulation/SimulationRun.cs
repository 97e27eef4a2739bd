using GenOps.ControlPlane.Tests.Ledger;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>One seed's world: a day of work under faults, looked at after every crash and at the end.</summary>
internal sealed class SimulationRun
{
    private readonly SimulatedWorld _world;
    private readonly SimulatedCluster _cluster;
    private readonly SimulationSettings _settings;
    private readonly SimulationJournal _journal;
    private readonly SimulatedThread _outside;
    private readonly int _clients;
    private readonly int _jobs;
    private readonly double _faults;
    private int _running;

    public SimulationRun(int seed, Func<SimulationSettings, SimulationSettings>? mutate = null)
    {
        Seed = seed;
        _world = new SimulatedWorld(seed);
        var random = _world.Random;
        _faults = random.Next(4) switch { 0 => 0, 1 => 0.02, 2 => 0.08, _ => 0.2 };
        _clients = random.Next(2, 5);
        _jobs = random.Next(4, 10);
        var settings = new SimulationSettings
        {
            Nodes = random.Next(1, 4),
            SkewMsMax = random.Next(2) * 1_500,
            SnapshotEntriesMin = random.Next(1, 20),
            CommitsAtOnceMax = random.Next(1, 3),
            AuthorityGoesApart = seed % 2 == 0,
            Agents = new() { WorkloadsMax = random.Next(1, 20) },
            Budgets = new() { EndedWorkloadsMax = random.Next(1, 20), ExpiriesPerTurnMax = random.Next(1, 5), ScopesPerMinuteMax = random.Next(2) == 0 ? 2 : 600 },
            Trees = new() { UnresolvedInMemoryMax = random.Next(1, 6) },
        };
        _settings = mutate?.Invoke(settings) ?? settings;
        _cluster = new SimulatedCluster(_world, _settings);
        Audit = new LedgerAudit(_cluster.Disk, _settings.Trees.UnresolvedInMemoryMax);
        _journal = new SimulationJournal(_cluster.Disk, Audit);
        _outside = new SimulatedThread(_world);
    }

    public int Seed { get; }

    public LedgerAudit Audit { get; }

    public SimulatedDisk Disk => _cluster.Disk;

    public SimulationJournal Journal => _journal;

    public int Steps => _world.Steps;

    public int Crashes { get; private set; }

    public int SecondActivations { get; private set; }

    public int SnapshotsRead => _cluster.Snapshots.Read;

    /// <exception cref="SimulationFailedException">Something happened that must not.</exception>
    public void Run()
    {
        _world.Run(() => _cluster.IsReady);
        Start(() => FoundAsync(_cluster));
        _world.Run(() => _running == 0);

        SetFaults(_faults);
        _world.Chaos = Happen;
        for (var client = 0; client < _clients; client++)
        {
            var made = new SimulatedClient(_cluster, _journal, _world.Random.Next(), client == 0 ? TimeSpan.FromMinutes(4) : TimeSpan.Zero);
            Start(() => made.WorkAsync(_jobs));
        }

        Start(() => new SimulatedClient(_cluster, _journal, _world.Random.Next(), TimeSpan.Zero).OperateAsync(_jobs));
        Start(() => new SimulatedClient(_cluster, _journal, _world.Random.Next(), TimeSpan.Zero).FinanceAsync(_jobs));
        if (_world.Random.Next(5) == 0)
            Start(() => new SimulatedClient(_cluster, _journal, _world.Random.Next(), TimeSpan.Zero).ModelAsync(30));
        _world.Run(() => _running == 0);

        // The storm is over: what is still on its way arrives, time passes, and everything that has expired ends.
        _world.Chaos = null;
        SetFaults(0);
        _world.Run(() => _cluster.IsReady);
        _world.Settle();
        _journal.Check(TenantKey);
        var last = new SimulatedClient(_cluster, _journal, _world.Random.Next(), TimeSpan.Zero);
        for (var round = 0; round < 40; round++)
        {
            _world.Clock.Advance(TimeSpan.FromMinutes(20));
            Start(last.ExpireAsync);
            _world.Run(() => _running == 0);
            _world.Settle();
            Audit.Read();
            if (round > 0 && Audit.Budgets.Values.All(budget => budget.Holds.Values.All(hold => hold.State != "open")))
                break;
        }

        _journal.CheckEnd(TenantKey, _world.Clock.GetUtcNow());
        Start(() => CompareAsync(last));
        _world.Run(() => _running == 0);
    }

    /// <summary>What the budgets show is what the ledger says, to the last digit.</summary>
    private async Task CompareAsync(SimulatedClient reader)
    {
        foreach (var (root, budget) in Audit.Budgets.Where(budget => budget.Value.Scopes.Any()))
        {
            foreach (var view in await reader.ReadAsync(root, budget.Scopes))
                budget.Compare(view, _world.Clock.GetUtcNow());
        }
    }

    private void SetFaults(double rate)
    {
        _settings.StoreFaultRate = rate;
        _settings.ReadFaultRate = rate / 10;
        _settings.CallFaultRate = rate / 5;
        foreach (var node in _cluster.Nodes)
            node.Store.FaultRate = rate;
    }

    private void Start(Func<Task> work)
    {
        _running++;
        _outside.Run(async () =>
        {
            try
            {
                await work();
            }
            catch (Exception failure)
            {
                _world.Fail(failure);
            }
            finally
            {
                _running--;
            }
        });
    }

    private void Happen()
    {
        var random = _world.Random;
        switch (random.Next(4_000))
        {
            case < 4:
                Crashes++;
                _cluster.Crash(_cluster.Nodes[random.Next(_cluster.Nodes.Count)]);
                _journal.Check(TenantKey);
                break;

            case < 30:
                if (AnyActivation() is { } first && _cluster.Activations(first.Key).Count < 3 && _cluster.Nodes[random.Next(_cluster.Nodes.Count)] is { IsReady: true } node)
                {
                    SecondActivations++;
                    _cluster.Activate(first.Key, node);
                }

                break;

            case < 50:
                AnyActivation()?.Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "idle"));
                break;

            case < 54:
                _world.Clock.Advance(TimeSpan.FromSeconds(random.Next(1, random.Next(3) switch { 0 => 300, 1 => 8_000, _ => 100_000 })));
                break;

            case 54:
                _cluster.Snapshots.LoseAll();
                break;
        }
    }

    private SimulatedActivation? AnyActivation()
    {
        var live = _cluster.Keys.SelectMany(_cluster.Activations).ToList();
        return live.Count == 0 ? null : live[_world.Random.Next(live.Count)];
    }
}
