namespace GenOps.ControlPlane.Bench.Compare;

/// <summary>How long and how often two loads are compared.</summary>
/// <param name="WarmUp">Load before anything is measured.</param>
/// <param name="Rounds">Rounds; in each both are measured, one right after the other.</param>
/// <param name="Round">How long each is measured in a round.</param>
/// <param name="Ramp">How long each runs before it is measured.</param>
internal sealed record ComparePlan(TimeSpan WarmUp, int Rounds, TimeSpan Round, TimeSpan Ramp)
{
    /// <summary>What is published.</summary>
    public static ComparePlan Full { get; } = new(TimeSpan.FromSeconds(15), 15, TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(300));

    /// <summary>For a first look.</summary>
    public static ComparePlan Short { get; } = new(TimeSpan.FromSeconds(8), 7, TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(200));
}
