namespace GenOps.ControlPlane.Bench.Measuring;

/// <summary>How long a sort of call took, in milliseconds, over several rounds.</summary>
/// <param name="P50">The median call.</param>
/// <param name="P99">What 99 of 100 calls did not exceed.</param>
internal sealed record LatencyFigures(Spread P50, Spread P99)
{
    /// <summary>The figures of <paramref name="rounds"/>.</summary>
    public static LatencyFigures Of(IReadOnlyCollection<Latencies> rounds) => new(
        Spread.Of(rounds.Select(round => round.PercentileMs(0.50))),
        Spread.Of(rounds.Select(round => round.PercentileMs(0.99))));
}
