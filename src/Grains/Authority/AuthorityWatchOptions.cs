namespace GenOps.ControlPlane.Authority;

/// <summary>How closely a silo follows changes of authority. Correctness does not depend on it: every append brings the epoch.</summary>
public sealed class AuthorityWatchOptions
{
    /// <summary>How often the ledger is asked without a cause.</summary>
    /// <value>1 s by default, 50 ms to 1 min.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The most streams whose last change is remembered, and the most tenants. Older changes are forgotten; what was read
    /// before them is read again when it is next asked for.
    /// </summary>
    /// <value>50,000 by default, 1,000 to 10,000,000.</value>
    public int WatchedStreamsMax { get; set; } = 50_000;

    /// <summary>How long a silo that made a change waits at least before it tells the others of its next one.</summary>
    /// <value>20 ms by default, 1 ms to 1 min.</value>
    public TimeSpan NudgePause { get; set; } = TimeSpan.FromMilliseconds(20);
}
