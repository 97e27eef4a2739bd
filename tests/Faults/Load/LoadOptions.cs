namespace GenOps.ControlPlane.Faults;

/// <summary>What the callers of a <see cref="GovernedLoad"/> do.</summary>
public sealed record LoadOptions
{
    /// <summary>How many callers use HTTP, each through any silo.</summary>
    public int HttpCallers { get; init; } = 8;

    /// <summary>How many callers use the client library, over the gateways of all silos.</summary>
    public int LibraryCallers { get; init; } = 4;

    /// <summary>Where the callers' choices start; what they do depends on it, though not in which order.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The life of a hold without a sign of life, in seconds.</summary>
    public int TtlSeconds { get; init; } = 5;

    /// <summary>How long a caller waits for the answer to one HTTP attempt before it makes the next.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an HTTP attempt stays open; above the time within which a node promises to answer (its ActorTimeout, 15 s).</summary>
    public TimeSpan AnswerMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The wait before the next attempt of the same call, through another silo.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the client library tries one call before it gives up.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often authority is taken away and given anew; null for never.</summary>
    public TimeSpan? AuthorityInterval { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How long a caller waits between two workloads; zero for not at all.</summary>
    public TimeSpan Pause { get; init; }
}
