namespace GenOps.ControlPlane.Bench.Memory;

/// <summary>How many scopes and reservations are spread over how many trees.</summary>
/// <param name="Trees">How many trees.</param>
/// <param name="Each">How many scopes, or open reservations, in each.</param>
internal sealed record MemoryPlan(int Trees, int Each)
{
    /// <summary>What is published: a million each time.</summary>
    public static MemoryPlan[] Full { get; } = [new(1_000, 1_000), new(10, 100_000)];

    /// <summary>For a first look: what a tree holds is the same, in fewer trees.</summary>
    public static MemoryPlan[] Short { get; } = [new(100, 1_000), new(1, 100_000)];

    /// <summary>How many in all.</summary>
    public int Count => Trees * Each;
}
