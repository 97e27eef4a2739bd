namespace GenOps.ControlPlane.Faults;

/// <summary>One way in which a cluster is broken under load.</summary>
/// <param name="Letter">Its letter, a to m.</param>
/// <param name="Name">Its name, a few words.</param>
/// <param name="What">What is done, for the report.</param>
/// <param name="Act">
/// Does it, once for each round: the load runs; wrap what breaks in <see cref="ScenarioRun.BreakAsync"/>, which measures the
/// recovery.
/// </param>
/// <param name="RecoveryMax">The longest recovery that is good; null if none is promised.</param>
public sealed record Scenario(char Letter, string Name, string What, Func<ScenarioRun, CancellationToken, Task> Act, TimeSpan? RecoveryMax = null)
{
    /// <summary>The cluster that it needs; its program and server are the runner's to choose.</summary>
    public ClusterOptions Cluster { get; init; } = new();

    /// <summary>How many rounds show all that it does: its short form has no fewer.</summary>
    public int RoundsMin { get; init; } = 1;

    /// <summary>What becomes of the plan's load for it.</summary>
    public Func<LoadOptions, LoadOptions> Load { get; init; } = load => load;

    /// <summary>Who is under load.</summary>
    public Func<Organisation> Organisation { get; init; } = () => new Organisation();
}
