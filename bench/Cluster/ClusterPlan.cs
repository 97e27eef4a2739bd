namespace GenOps.ControlPlane.Bench.Cluster;

/// <summary>How long and how often clusters are compared.</summary>
/// <param name="WarmUp">How long each is under load at a time before anything is measured: until it no longer gets faster, as compilers go on for minutes.</param>
/// <param name="WarmUps">How often at most.</param>
/// <param name="Rounds">Rounds; in each both are measured, one right after the other.</param>
/// <param name="Round">How long each is measured in a round.</param>
/// <param name="Ramp">How long each runs before it is measured.</param>
internal sealed record ClusterPlan(TimeSpan WarmUp, int WarmUps, int Rounds, TimeSpan Round, TimeSpan Ramp)
{
    /// <summary>What is published.</summary>
    public static ClusterPlan Full { get; } = new(TimeSpan.FromSeconds(20), 12, 11, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));

    /// <summary>For a first look.</summary>
    public static ClusterPlan Short { get; } = new(TimeSpan.FromSeconds(15), 5, 5, TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(500));
}
