namespace GenOps.ControlPlane.Faults;

/// <summary>A scenario under way: what its act works with.</summary>
public sealed class ScenarioRun
{
    private readonly List<TimeSpan> _recoveries = [];
    private readonly List<(TimeSpan From, TimeSpan To)> _outages = [];
    private readonly List<KeyValuePair<string, string>> _notes = [];

    internal ScenarioRun(ClusterOfSilos cluster, GovernedLoad load, ScenarioPlan plan, int round) =>
        (Cluster, Load, Plan, Round, Random) = (cluster, load, plan, round, new Random(unchecked(plan.Load.Seed * 31)));

    /// <summary>The cluster.</summary>
    public ClusterOfSilos Cluster { get; }

    /// <summary>The load, which runs.</summary>
    public GovernedLoad Load { get; }

    /// <summary>What callers did and were told.</summary>
    public History History => Load.History;

    /// <summary>How much is run.</summary>
    public ScenarioPlan Plan { get; }

    /// <summary>The round, from 1.</summary>
    public int Round { get; internal set; }

    /// <summary>For choices; its seed is the load's.</summary>
    public Random Random { get; }

    /// <summary>How long each recovery took.</summary>
    public IReadOnlyList<TimeSpan> Recoveries => _recoveries;

    /// <summary>The spans in which calls may have gone unanswered.</summary>
    public IReadOnlyList<(TimeSpan From, TimeSpan To)> Outages => _outages;

    /// <summary>What else was measured.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Notes => _notes;

    /// <summary>A silo that runs, by chance.</summary>
    public SiloProcess AnySilo()
    {
        var running = Cluster.Silos.Where(silo => silo.IsRunning && !silo.IsFrozen).ToArray();
        return running.Length > 0 ? running[Random.Next(running.Length)] : throw new HarnessException("no silo runs");
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
    /// <inheritdoc cref="BreakAsync"/>
    public async Task<TimeSpan> RecoverAsync(TimeSpan broken, CancellationToken cancellationToken)
    {
        var recovered = await Load.AllAnswerAsync(Plan.RecoveryMax, cancellationToken);
        _outages.Add((broken, recovered));
        _recoveries.Add(recovered - broken);
        return recovered - broken;
    }

    /// <summary>Says that calls may go unanswered between two instants of <see cref="History.Now"/>: a silo stays frozen, say.</summary>
    public void MayNotAnswer(TimeSpan from, TimeSpan to) => _outages.Add((from, to));

    /// <summary>Keeps a figure for the report.</summary>
    public void Note(string name, string value) => _notes.Add(new(name, value));
}
