namespace GenOps.ControlPlane.Throttling;

/// <summary>How long the last calls of one provider and model took, as they were reported.</summary>
/// <param name="options">How many count, and for how long.</param>
public sealed class LatencyHistory(ThrottleOptions options)
{
    private readonly Queue<(long At, long LatencyMs)> _samples = [];

    /// <summary>One more.</summary>
    /// <param name="latencyMs">How long the call took, in milliseconds.</param>
    /// <param name="now">When that was reported.</param>
    public void Add(long latencyMs, DateTimeOffset now)
    {
        if (_samples.Count >= options.LatencySamplesMax)
            _samples.Dequeue();
        _samples.Enqueue((now.UtcTicks, latencyMs));
    }

    /// <summary>The 95th percentile by nearest rank; null while there are too few that are young enough.</summary>
    public LatencyPercentile? P95(DateTimeOffset now)
    {
        Forget(now);
        var count = _samples.Count;
        if (count < options.LatencySamplesMin)
            return null;

        Span<long> sorted = count <= 256 ? stackalloc long[count] : new long[count];
        var next = 0;
        foreach (var (_, latencyMs) in _samples)
            sorted[next++] = latencyMs;
        sorted.Sort();
        return new LatencyPercentile(sorted[(((95 * count) + 99) / 100) - 1], count);
    }

    /// <summary>Whether nothing is remembered that still counts.</summary>
    public bool IsIdle(DateTimeOffset now)
    {
        Forget(now);
        return _samples.Count == 0;
    }

    private void Forget(DateTimeOffset now)
    {
        while (_samples.TryPeek(out var oldest) && now.UtcTicks - oldest.At > options.LatencyAgeMax.Ticks)
            _samples.Dequeue();
    }
}
