using GenOps.ControlPlane.Tests.Simulation;

namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>
/// One seed's world: authority is taken away under load, and silos learn of it by nothing but what their own calls bring
/// back. Nobody is ever nudged, the watch polls rarely or not at all, the ledger stalls, and what is read comes late.
/// </summary>
internal sealed class RevocationRun
{
    private const int Operators = 3;

    private readonly SimulatedWorld _world;
    private readonly SimulatedCluster _cluster;
    private readonly SimulationSettings _settings;
    private readonly SimulatedThread _outside;
    private readonly double _faults;
    private readonly int _acts;
    private readonly int _workers;
    private readonly int _agents;
    private int _running;
    private int _operating;
    private int _stalledUntil;
    private int _slowUntil;

    public RevocationRun(int seed, Func<SimulationSettings, SimulationSettings>? mutate = null)
    {
        _world = new SimulatedWorld(seed) { StepsMax = 2_000_000 };
        var random = _world.Random;
        _faults = random.Next(4) switch { 0 => 0, 1 => 0.02, 2 => 0.05, _ => 0.1 };
        _workers = random.Next(2, 6);
        _agents = random.Next(5, 13);
        _acts = random.Next(20, 40);
        var settings = new SimulationSettings
        {
            Nodes = random.Next(2, 5),
            SkewMsMax = random.Next(2) * 1_500,
            SnapshotEntriesMin = random.Next(1, 20),
            CommitsAtOnceMax = random.Next(1, 3),
            AuthorityGoesApart = seed % 2 == 0,
            Agents = new() { WorkloadsMax = random.Next(1, 20) },
            Budgets = new() { EndedWorkloadsMax = random.Next(1, 20) },
            Watch = new()
            {
                PollInterval = random.Next(3) == 0 ? TimeSpan.FromSeconds(1) : TimeSpan.FromDays(40),
                WatchedStreamsMax = random.Next(3) == 0 ? random.Next(1, 6) : 50_000,
            },
        };
        _settings = mutate?.Invoke(settings) ?? settings;
        _cluster = new SimulatedCluster(_world, _settings);
        _outside = new SimulatedThread(_world);
        _world.Holds = label => _world.Steps < _slowUntil && label.StartsWith("read changes", StringComparison.Ordinal);
    }

    public AuthorityHistory History { get; } = new();

    public int Steps => _world.Steps;

    public int Crashes { get; private set; }

    public int SecondActivations { get; private set; }

    public int Stalls { get; private set; }

    public bool WatchIsStopped => _settings.Watch.PollInterval > TimeSpan.FromDays(1);

    /// <exception cref="SimulationFailedException">Something happened that must not.</exception>
    public void Run()
    {
        _world.Run(() => _cluster.IsReady);
        Start(() => NewClient().FoundAsync(_agents));
        _world.Run(() => _running == 0);

        SetFaults(_faults);
        _world.Chaos = Happen;
        _operating = Operators;
        for (var number = 0; number < Operators; number++)
        {
            var operating = NewClient();
            Start(async () =>
            {
                await operating.OperateAsync(_acts);
                _operating--;
            });
        }

        for (var number = 0; number < _workers; number++)
        {
            var working = NewClient();
            Start(() => working.WorkAsync(() => _operating > 0));
        }

        _world.Run(() => _running == 0);

        // The storm is over.
        _world.Chaos = null;
        _world.Frozen.Clear();
        _slowUntil = 0;
        SetFaults(0);
        _world.Run(() => _cluster.IsReady);
        _world.Settle();
        var last = NewClient();
        Start(last.EndAsync);
        _world.Run(() => _running == 0);
        History.Check();
    }

    private RevocationClient NewClient() => new(_cluster, History, _world.Random.Next());

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
        if (_world.Steps >= _stalledUntil && _world.Frozen.Count > 0)
            _world.Frozen.Clear();
        switch (random.Next(6_000))
        {
            case < 3:
                Crashes++;
                _cluster.Crash(_cluster.Nodes[random.Next(_cluster.Nodes.Count)]);
                break;

            case < 50:
                if (AnyActivation() is { } first && _cluster.Activations(first.Key).Count < 3 && _cluster.Nodes[random.Next(_cluster.Nodes.Count)] is { IsReady: true } node)
                {
                    SecondActivations++;
                    _cluster.Activate(first.Key, node);
                }

                break;

            case < 70:
                AnyActivation()?.Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "idle"));
                break;

            case < 72:
                _world.Clock.Advance(TimeSpan.FromSeconds(random.Next(1, 300)));
                break;

            case 72:
                _cluster.Snapshots.LoseAll();
                break;

            case < 78:
                // What was sent to the ledger through one process is held, or through all of them.
                Stalls++;
                _stalledUntil = _world.Steps + random.Next(20, 1_500);
                foreach (var stalled in _cluster.Nodes)
                {
                    if (random.Next(2) == 0)
                        _world.Frozen.Add(stalled.Store);
                }

                break;

            case < 82:
                _slowUntil = _world.Steps + random.Next(20, 800);
                break;
        }
    }

    private SimulatedActivation? AnyActivation()
    {
        var live = _cluster.Keys.SelectMany(_cluster.Activations).ToList();
        return live.Count == 0 ? null : live[_world.Random.Next(live.Count)];
    }
}
