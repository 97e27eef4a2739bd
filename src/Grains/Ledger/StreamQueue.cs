namespace GenOps.ControlPlane.Ledger;

/// <summary>The appends of one stream that wait, in order.</summary>
internal sealed class StreamQueue(StreamId stream, TenantQueue tenant)
{
    /// <summary>No commit under way carries appends of this stream.</summary>
    public const int OnTheGround = -1;

    /// <summary>The stream.</summary>
    public StreamId Stream { get; } = stream;

    /// <summary>Whose it is.</summary>
    public TenantQueue Tenant { get; } = tenant;

    /// <summary>What waits. An append to several streams stands in the queue of each.</summary>
    public Queue<PendingAppend> Appends { get; set; } = new();

    /// <summary>Which commit carries appends of this stream now; nothing of it may go into another.</summary>
    public int Lane { get; set; } = OnTheGround;

    /// <summary>Where it has its turn; null if nowhere.</summary>
    public LedgerTurns? Turns { get; set; }
}
