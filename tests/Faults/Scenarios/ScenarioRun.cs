namespace GenOps.ControlPlane.Faults;

/// <summary>A scenario under way: what its act works with.</summary>
public sealed class ScenarioRun
{
    private readonly List<TimeSpan> _recoveries = [];
    private readonly List<(TimeSpan From, TimeSpan To)> _outages = [];
    private readonly List<KeyValuePair<string, string>> _notes = [];
    private readonly List<string> _misses = [];

    internal ScenarioRun(Scenario scenario, ClusterOfSilos cluster, GovernedLoad load, ScenarioPlan plan, int turn) =>
        (Scenario, Cluster, Load, Plan, Random) = (scenario, cluster, load, plan, new Random(unchecked(plan.Load.Seed * 31 + turn)));

    /// <summary>What is run.</summary>
    public Scenario Scenario { get; }

    /// <summary>The cluster.</summary>
    public ClusterOfSilos Cluster { get; }

    /// <summary>The load, which runs.</summary>
    public GovernedLoad Load { get; }

    /// <summary>What callers did and were told.</summary>
    public History History => Load.History;

    /// <summary>How much is run.</summary>
    public ScenarioPlan Plan { get; }

    /// <summary>The round, from 1.</summary>
    public int Round { get; private set; }

    /// <summary>What it waits for, for the message if that never comes.</summary>
    public string Waiting { get; private set; } = "nothing";

    /// <summary>For choices; its seed is the load's.</summary>
    public Random Random { get; }

    /// <summary>How long each recovery took.</summary>
    public IReadOnlyList<TimeSpan> Recoveries => _recoveries;

    /// <summary>The spans in which calls may have gone unanswered.</summary>
    public IReadOnlyList<(TimeSpan From, TimeSpan To)> Outages => _outages;

    /// <summary>What else was measured.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Notes => _notes;

    /// <summary>Promises of this scenario's own that were not kept.</summary>
    public IReadOnlyList<string> Misses => _misses;

    /// <summary>The calls that were acknowledged while it ran.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>The calls that ended otherwise while it ran.</summary>
    public int Errors { get; private set; }

    /// <summary>How long it ran.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>A silo that runs, by chance.</summary>
    public SiloProcess AnySilo()
    {
        var running = Cluster.Silos.Where(silo => silo.IsRunning && !silo.IsFrozen).ToArray();
        return running.Length > 0 ? running[Random.Next(running.Length)] : throw new HarnessException("no silo runs");
    }

    /// <summary>
    /// The silo with the most actors: one that was started again has few, as actors don't move while nothing happens, and its end
    /// would hurt nobody.
    /// </summary>
    public async Task<SiloProcess> BusiestSiloAsync(CancellationToken cancellationToken)
    {
        var silos = new List<(SiloProcess Silo, int Actors)>();
        foreach (var silo in Cluster.Silos.Where(silo => silo.IsRunning && !silo.IsFrozen))
            silos.Add((silo, await Cluster.ActorsAsync(silo, cancellationToken)));
        var (busiest, actors) = silos.MaxBy(one => one.Actors);
        Note("actors of the silo", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{actors} of {silos.Sum(one => one.Actors)}"));
        return busiest ?? throw new HarnessException("no silo runs");
    }

    /// <summary>
    /// Breaks something and measures the recovery: from right before <paramref name="fault"/> is called until a call on every agent was
    /// decided. Calls in between, and as long again as an attempt may wait, may go unanswered.
    /// </summary>
    /// <param name="fault">What breaks; it returns when it is broken, and does not wait for anything to be mended.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The recovery time.</returns>
    /// <exception cref="HarnessException">There is no recovery within <see cref="ScenarioPlan.RecoveryMax"/>.</exception>
    public async Task<TimeSpan> BreakAsync(Func<Task> fault, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var broken = History.Now;
        await fault();
        return await RecoverAsync(broken, cancellationToken);
    }

    /// <summary>Measures the recovery from a fault that was made at <paramref name="broken"/>.</summary>
    /// <param name="broken">When, in <see cref="History.Now"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="isExplicit">Whether each call has to be answered meanwhile, at least with an error.</param>
    /// <returns>The recovery time.</returns>
    /// <exception cref="HarnessException">There is no recovery within <see cref="ScenarioPlan.RecoveryMax"/>.</exception>
    public async Task<TimeSpan> RecoverAsync(TimeSpan broken, CancellationToken cancellationToken, bool isExplicit = false)
    {
        WaitsFor("a decision for each agent");
        var recovered = await Load.AllAnswerAsync(Plan.RecoveryMax, cancellationToken);
        if (!isExplicit)
            _outages.Add((broken, recovered));
        _recoveries.Add(recovered - broken);
        return recovered - broken;
    }

    /// <summary>
    /// Starts a silo and waits until it is ready. Until then, and as long again as an attempt may wait, calls may go unanswered:
    /// the callers of this load send to a silo that is not ready, and its first calls find a cold process.
    /// </summary>
    public async Task StartReadyAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var started = History.Now;
        WaitsFor($"{silo.Name} to be ready");
        await silo.StartReadyAsync(cancellationToken);
        MayNotAnswer(started, History.Now);
    }

    /// <summary>Adds a silo, starts it, and waits until it is ready.</summary>
    /// <inheritdoc cref="StartReadyAsync"/>
    public async Task<SiloProcess> JoinAsync(CancellationToken cancellationToken)
    {
        var silo = Cluster.Add();
        await StartReadyAsync(silo, cancellationToken);
        return silo;
    }

    /// <summary>Waits while the load goes on.</summary>
    public static Task WaitAsync(TimeSpan time, CancellationToken cancellationToken) => Task.Delay(time, TimeProvider.System, cancellationToken);

    /// <summary>Says that calls may go unanswered between two instants of <see cref="History.Now"/>: a silo stays frozen, say.</summary>
    public void MayNotAnswer(TimeSpan from, TimeSpan to) => _outages.Add((from, to));

    /// <summary>Says what is waited for from now on.</summary>
    public void WaitsFor(string what) => Waiting = what;

    /// <summary>Says that a promise of this scenario's own was not kept; it goes on.</summary>
    public void Miss(string what) => _misses.Add($"round {Round}: {what}");

    /// <summary>Keeps a figure for the report.</summary>
    public void Note(string name, string value) => _notes.Add(new(name, value));

    /// <summary>Begins a round; it ends when the result is disposed of, and what happened meanwhile is this scenario's.</summary>
    internal IDisposable Begin(int round)
    {
        Round = round;
        return new RoundSpan(this, History.Now, History.Acknowledged, History.Calls.Count);
    }

    private sealed class RoundSpan(ScenarioRun run, TimeSpan began, int acknowledged, int calls) : IDisposable
    {
        public void Dispose()
        {
            var more = run.History.Acknowledged - acknowledged;
            run.Acknowledged += more;
            run.Errors += run.History.Calls.Count - calls - more;
            run.Elapsed += run.History.Now - began;
        }
    }
}
