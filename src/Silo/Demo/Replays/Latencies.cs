namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>Percentiles by the nearest rank: each is a time that some call really took. In milliseconds.</summary>
/// <param name="P50">Half of the calls took at most this.</param>
/// <param name="P95">95 % did.</param>
/// <param name="P99">99 % did.</param>
/// <param name="Max">All did.</param>
internal sealed record Latencies(double P50, double P95, double P99, double Max)
{
    /// <summary>The percentiles of <paramref name="times"/>; zeros if there are none.</summary>
    public static Latencies Of(IEnumerable<TimeSpan> times)
    {
        TimeSpan[] sorted = [.. times.Order()];
        return sorted.Length == 0 ? new Latencies(0, 0, 0, 0) : new Latencies(At(0.50), At(0.95), At(0.99), At(1));

        double At(double share) => Math.Round(sorted[(int)Math.Ceiling(share * sorted.Length) - 1].TotalMilliseconds, 3);
    }
}
