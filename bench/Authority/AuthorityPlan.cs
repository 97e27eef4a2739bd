namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>How much is measured.</summary>
/// <param name="Forests">How many roots of <see cref="Descendants"/> are revoked.</param>
/// <param name="Descendants">How many descendants each of those has.</param>
/// <param name="LargeForests">How many roots of <see cref="LargeDescendants"/> are revoked.</param>
/// <param name="LargeDescendants">How many descendants each of those has.</param>
/// <param name="Leaves">How many leaves of each forest are revoked before its root.</param>
/// <param name="Rounds">How many rounds compare the lengths of chains.</param>
/// <param name="Decisions">How many decisions of each kind a round has.</param>
/// <param name="Agents">How many agents are weighed.</param>
internal sealed record AuthorityPlan(
    int Forests, int Descendants, int LargeForests, int LargeDescendants, int Leaves, int Rounds, int Decisions, int Agents)
{
    /// <summary>What is published.</summary>
    public static AuthorityPlan Full { get; } = new(20, 10_000, 3, 100_000, 5, 15, 1_000, 100_000);

    /// <summary>For a first look.</summary>
    public static AuthorityPlan Short { get; } = new(5, 10_000, 1, 100_000, 5, 7, 500, 20_000);
}
