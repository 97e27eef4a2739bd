namespace GenOps.ControlPlane.Bench.Recovery;

/// <summary>A budget whose node crashed.</summary>
/// <param name="Entries">How many entries its stream has.</param>
/// <param name="Scopes">How many scopes on demand they are spread over; 0 for none.</param>
/// <param name="WithoutSnapshot">How often the load without a snapshot is measured.</param>
/// <param name="WithSnapshot">How often the load with one is.</param>
internal sealed record RecoveryPlan(int Entries, int Scopes, int WithoutSnapshot, int WithSnapshot)
{
    /// <summary>What is published.</summary>
    public static RecoveryPlan[] Full { get; } = [new(1_000_000, 0, 3, 7), new(1_000_000, 100_000, 3, 7)];

    /// <summary>For a first look.</summary>
    public static RecoveryPlan[] Short { get; } = [new(100_000, 0, 1, 3), new(100_000, 10_000, 1, 3)];
}
