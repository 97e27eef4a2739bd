namespace GenOps.ControlPlane.Bench.Authorize;

/// <summary>How long and how often the bench measures.</summary>
/// <param name="WarmUp">Load before anything is measured: the runtime compiles its hot code anew while it runs.</param>
/// <param name="FloorRounds">Rounds of one caller beside its floor.</param>
/// <param name="FloorCalls">Calls of each sort in such a round.</param>
/// <param name="Rounds">Rounds of the throughput table.</param>
/// <param name="Round">How long a cell of the table is measured in a round.</param>
/// <param name="Ramp">How long a cell runs before it is measured.</param>
internal sealed record AuthorizePlan(TimeSpan WarmUp, int FloorRounds, int FloorCalls, int Rounds, TimeSpan Round, TimeSpan Ramp)
{
    /// <summary>How many callers ask at once.</summary>
    public static readonly int[] Callers = [1, 64, 256];

    /// <summary>How many budgets they draw from.</summary>
    public static readonly int[] Budgets = [1, 16, 1024];

    /// <summary>What is published.</summary>
    public static AuthorizePlan Standard { get; } = new(
        TimeSpan.FromSeconds(12), 7, 1_000, 3, TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(200));

    /// <summary>For a first look.</summary>
    public static AuthorizePlan Quick { get; } = new(
        TimeSpan.FromSeconds(6), 3, 500, 3, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(100));
}
