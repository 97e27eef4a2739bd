namespace GenOps.ControlPlane.Authority;

/// <summary>Bounds of what waits at a silo for changes of authority.</summary>
public sealed class AuthorityFeedOptions
{
    /// <summary>How long one who waits is kept waiting while nothing changes.</summary>
    /// <value>3 s by default, 100 ms to 20 s.</value>
    public TimeSpan WaitTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The most that wait at a silo; the others are refused as overload.</summary>
    /// <value>10,000 by default, 1 to 1,000,000.</value>
    public int WaitersMax { get; set; } = 10_000;

    /// <summary>The most that wait at a silo for one tenant.</summary>
    /// <value>1,000 by default, 1 to 1,000,000.</value>
    public int WaitersPerTenantMax { get; set; } = 1_000;

    /// <summary>How long the silo waits at least between two looks at who is concerned by what changed.</summary>
    /// <value>10 ms by default, 1 ms to 1 s.</value>
    public TimeSpan WakePause { get; set; } = TimeSpan.FromMilliseconds(10);
}
