namespace GenOps.ControlPlane.Silo.Overload;

/// <summary>How much a silo takes on at once; configured as section <c>GenOps:Overload</c>.</summary>
public sealed class OverloadOptions
{
    /// <summary>
    /// How many requests for a decision a silo handles at once for a tenant that asks alone: what is beyond waits for one of
    /// them to end.
    /// </summary>
    /// <value>512 by default, 16 to 1,000,000.</value>
    public int DecisionsAtOnceMax { get; set; } = 512;

    /// <summary>
    /// How many a silo handles at once if several tenants ask. Each has an equal share, and what others leave free but for
    /// one share. Few, because one tenant's then wait behind another's; enough to keep the ledger busy. Fewer while work
    /// waits for a processor: as many as just keep it busy. Never more than <see cref="DecisionsAtOnceMax"/>.
    /// </summary>
    /// <value>64 by default, 1 to 1,000,000.</value>
    public int DecisionsSharedMax { get; set; } = 64;

    /// <summary>
    /// What a tenant may have under way on a silo however many others ask, and however busy the processors are. More keeps
    /// the processors busier under one tenant's flood, and lets the others wait longer.
    /// </summary>
    /// <value>1 by default, 1 to <see cref="DecisionsAtOnceMax"/>.</value>
    public int DecisionsPerTenantMin { get; set; } = 1;

    /// <summary>
    /// How many requests for a decision may wait for a place; each tenant that asks may use its equal share, and what others
    /// leave free. What is beyond is refused as overloaded at once, and costs next to nothing.
    /// </summary>
    /// <value>2,048 by default, 0 to 1,000,000.</value>
    public int DecisionsWaitingMax { get; set; } = 2048;

    /// <summary>How long a request for a decision waits for a place before it is refused as overloaded.</summary>
    /// <value>2 s by default, 1 ms to 1 min.</value>
    public TimeSpan WaitMax { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long after its last request a tenant still counts among those that share.</summary>
    /// <value>1 s by default, 0 to 1 min.</value>
    public TimeSpan ShareFor { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a refused caller is asked to wait at least.</summary>
    /// <value>1 s by default, 1 ms to 1 min.</value>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);
}
