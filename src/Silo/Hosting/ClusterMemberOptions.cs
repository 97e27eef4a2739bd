namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>
/// How a node behaves as a member of a cluster on PostgreSQL; section <c>GenOps:Cluster</c> (<c>GenOps__Cluster__ProbeTimeout</c>
/// in the environment). All members should have the same.
/// </summary>
public sealed class ClusterMemberOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "GenOps:Cluster";

    /// <summary>The cluster that the node joins: those with the same name in the same database are one.</summary>
    /// <value><c>genops</c>; 1 to 150 letters, digits, dots, dashes and underscores.</value>
    public string ClusterId { get; set; } = NodeHost.ClusterName;

    /// <summary>The service: names the snapshots, and outlives clusters.</summary>
    /// <value><c>genops</c>; as <see cref="ClusterId"/>.</value>
    public string ServiceId { get; set; } = NodeHost.ClusterName;

    /// <summary>How long a silo may take to answer another's probe; a machine under load gets up to twice as long.</summary>
    /// <value>1 s; from 100 ms to 1 min.</value>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>After how many probes without an answer a silo votes that another is dead.</summary>
    /// <value>2; from 1 to 10.</value>
    public int MissedProbesMax { get; set; } = 2;

    /// <summary>How many votes make a silo dead. Where fewer silos are alive than it takes, half of them suffice.</summary>
    /// <value>2; from 1 to 10.</value>
    public int VotesForDeath { get; set; } = 2;

    /// <summary>How often the table of members is read without a cause.</summary>
    /// <value>5 s; from 500 ms to 5 min.</value>
    public TimeSpan TableRefresh { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a silo writes to the table that it is alive; three times as long without is stale.</summary>
    /// <value>5 s; from 500 ms to 5 min.</value>
    public TimeSpan IAmAlive { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long dead silos stay in the table, for people to look at.</summary>
    /// <value>7 days; from 2 h to 366 days.</value>
    public TimeSpan DeadKept { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The share of memory in use above which a silo lets go of idle actors, in percent.</summary>
    /// <value>80; from 10 to 99.</value>
    public int MemoryLimitPercent { get; set; } = 80;

    /// <summary>The share of memory in use above which the gateway refuses clients' calls as overloaded, in percent.</summary>
    /// <value>95; from <see cref="MemoryLimitPercent"/> to 100.</value>
    public int GatewayMemoryLimitPercent { get; set; } = 95;

    /// <summary>The share of processor time in use above which the gateway refuses clients' calls as overloaded, in percent. 100 never does.</summary>
    /// <value>100; from 50 to 100. The ledger's bounded queue refuses before the processor is the matter.</value>
    public int GatewayCpuLimitPercent { get; set; } = 100;

    /// <summary>How many calls may wait for one actor, as while it is loaded; further ones are refused as overloaded.</summary>
    /// <value>10,000; from 100 to 1,000,000.</value>
    public int ActorCallsQueuedMax { get; set; } = 10_000;

    /// <summary>How often a silo looks at its own row in the table, at the database's clock, and whether it reaches the database.</summary>
    /// <value>1 s; from 100 ms to 10 s.</value>
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How far the clock may be off PostgreSQL's before the node is not ready.</summary>
    /// <value>2 s; from 100 ms to 1 min.</value>
    public TimeSpan ClockSkewMax { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>From which difference on the node goes by PostgreSQL's clock instead of its own.</summary>
    /// <value>250 ms; from 10 ms to <see cref="ClockSkewMax"/>.</value>
    public TimeSpan ClockCorrectedFrom { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest round trip to PostgreSQL whose answer says something of its clock.</summary>
    /// <value>1 s; from 10 ms to 10 s.</value>
    public TimeSpan ClockRoundTripMax { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a silo may be unable to reach PostgreSQL, while another can, before it ends itself for its actors to move.</summary>
    /// <value>10 s; from 1 s to 10 min.</value>
    public TimeSpan IsolationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a starting node waits for a PostgreSQL that does not answer.</summary>
    /// <value>1 min; from 0 to 1 h.</value>
    public TimeSpan DatabaseWait { get; set; } = TimeSpan.FromMinutes(1);
}
