using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client;

/// <summary>Settings of the client. They are validated when the host starts, and by the first use otherwise.</summary>
public sealed class GenOpsClientOptions
{
    /// <summary>The tenant that this service belongs to. Required.</summary>
    /// <value>None.</value>
    public string Tenant { get; set; } = "";

    /// <summary>
    /// The gateways of the control plane to begin with, as <c>host:port</c>, at most 64; one that is up is enough, the cluster says
    /// which others it has (<see cref="GatewayDiscovery"/>). A host name is resolved again every <see cref="GatewayRefresh"/>,
    /// and all of its addresses are used.
    /// </summary>
    /// <value>Empty, which means <see cref="GatewayDefault"/>.</value>
    public IList<string> Gateways { get; set; } = [];

    /// <summary>The gateway used when none is named.</summary>
    public const string GatewayDefault = "127.0.0.1:30000";

    /// <summary>The API key. Either this or <see cref="ApiKeyFile"/> is required.</summary>
    /// <value>None.</value>
    public string? ApiKey { get; set; }

    /// <summary>
    /// A file that holds the API key and nothing else. It is read at every new connection, so a key can be exchanged
    /// without a restart.
    /// </summary>
    /// <value>None.</value>
    public string? ApiKeyFile { get; set; }

    /// <summary>The agent that acts where a workload does not name one.</summary>
    /// <value>None.</value>
    public string? Agent { get; set; }

    /// <summary>Whom workloads are for that don't say so.</summary>
    /// <value>None.</value>
    public Attribution? DefaultAttribution { get; set; }

    /// <summary>How long a reservation is held without a sign of life from this client: whole seconds, 1 s to 24 h.</summary>
    /// <value>120 s.</value>
    public TimeSpan Ttl { get; set; } = TimeSpan.FromSeconds(WorkloadRequest.TtlSecondsDefault);

    /// <summary>
    /// Whether a refusal is thrown as <see cref="GovernanceRefusedException"/>. If not, the workload is returned and its
    /// <see cref="GovernedWorkload.IsAllowed"/> is false. Each call can say otherwise.
    /// </summary>
    /// <value>True.</value>
    public bool ThrowOnRefusal { get; set; } = true;

    /// <summary>How long one attempt waits for its answer, above 0 and at most 60 s.</summary>
    /// <value>3 s.</value>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a call is tried in all before it ends with <see cref="GovernanceUnavailableException"/>; at most 10 min.</summary>
    /// <value>15 s.</value>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The wait after a first failed attempt, before jitter; it doubles with each further one.</summary>
    /// <value>50 ms.</value>
    public TimeSpan RetryDelayMin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between two attempts, unless the control plane asks for a longer one.</summary>
    /// <value>500 ms.</value>
    public TimeSpan RetryDelayMax { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>After which part of its life a reservation is renewed, from 0.1 to 0.9.</summary>
    /// <value>0.5.</value>
    public double RenewAt { get; set; } = 0.5;

    /// <summary>
    /// How long a workload is renewed in all. A handle that was forgotten must not hold money for ever: after this it
    /// is left to become unresolved.
    /// </summary>
    /// <value>1 h.</value>
    public TimeSpan HoldMax { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often the release of a given-up workload is tried; 1 to 100.</summary>
    /// <value>10.</value>
    public int AbandonAttemptsMax { get; set; } = 10;

    /// <summary>How many given-up workloads are being released at once; further ones are left to expire. 1 to 100,000.</summary>
    /// <value>1,000.</value>
    public int AbandonedMax { get; set; } = 1_000;

    /// <summary>The wait after an approval was first found pending; it grows with each further look. Above 0 and at most 1 min.</summary>
    /// <value>1 s.</value>
    public TimeSpan ApprovalPollMin { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two looks at a pending approval; at most 10 min.</summary>
    /// <value>5 s.</value>
    public TimeSpan ApprovalPollMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long to wait for an answer of the feed of authority changes, which answers every 3 s even if nothing changed,
    /// until its connection counts as lost; 4 s to 30 s.
    /// </summary>
    /// <value>5 s.</value>
    public TimeSpan AuthorityFeedTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The least time between two rounds of asking which open workloads of an agent a change of authority concerns: changes
    /// in between are asked about together. 1 ms to 10 s.
    /// </summary>
    /// <value>100 ms.</value>
    public TimeSpan RevocationRoundDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How many agents are asked at once after a change of authority; 1 to 64.</summary>
    /// <value>8.</value>
    public int RevocationCallsMax { get; set; } = 8;

    /// <summary>How long changes of authority are still listened to when no workload is open any more; 0 to 1 h.</summary>
    /// <value>30 s.</value>
    public TimeSpan RevocationIdle { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the handshake on a new connection may take, above 0 and at most 60 s.</summary>
    /// <value>2 s.</value>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the list of gateways is refreshed, 1 s to 10 min.</summary>
    /// <value>3 s.</value>
    public TimeSpan GatewayRefresh { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Whether the cluster is asked which gateways it has. Switch it off where the silos' own addresses can't be reached from
    /// here, or should not be, as behind a load balancer: then only <see cref="Gateways"/> are used.
    /// </summary>
    /// <value>True.</value>
    public bool GatewayDiscovery { get; set; } = true;

    /// <summary>
    /// How long a gateway to which something was sent may say nothing before it is probed. If it does not answer the probe
    /// within half of this, its connections are ended and others are used. 500 ms to 60 s.
    /// </summary>
    /// <value>2 s.</value>
    public TimeSpan GatewaySilenceMax { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The least time between two occasions on which the calls are spread anew, because gateways joined; 1 s to 1 h.
    /// </summary>
    /// <value>10 s.</value>
    public TimeSpan GatewaySpreadDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The Orleans cluster id of the control plane.</summary>
    /// <value><c>genops</c>.</value>
    public string ClusterId { get; set; } = "genops";

    /// <summary>The Orleans service id of the control plane.</summary>
    /// <value><c>genops</c>.</value>
    public string ServiceId { get; set; } = "genops";
}
