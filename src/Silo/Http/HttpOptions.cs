namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Limits of the HTTP API; configured as section <c>GenOps:Http</c> (<c>GenOps__Http__BodyBytesMax</c> in the environment).</summary>
public sealed class HttpOptions
{
    /// <summary>The largest request body, in bytes.</summary>
    /// <value>1 MiB; from 1 KiB to 64 MiB.</value>
    public int BodyBytesMax { get; set; } = 1024 * 1024;

    /// <summary>All request headers together, in bytes.</summary>
    /// <value>32 KiB; from 1 KiB to 1 MiB.</value>
    public int HeaderBytesMax { get; set; } = 32 * 1024;

    /// <summary>The most request headers.</summary>
    /// <value>64; from 8 to 1,000.</value>
    public int HeadersMax { get; set; } = 64;

    /// <summary>The request's method, target and version together, in bytes.</summary>
    /// <value>8 KiB; from 1 KiB to 64 KiB.</value>
    public int RequestLineBytesMax { get; set; } = 8 * 1024;

    /// <summary>How long a client may take to send the headers.</summary>
    /// <value>10 s; from 1 s to 5 min.</value>
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an idle connection is kept.</summary>
    /// <value>130 s; from 1 s to 1 h.</value>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>The slowest that a body may arrive, in bytes per second, after <see cref="BodyGrace"/>.</summary>
    /// <value>240; from 1 to 1,000,000.</value>
    public int BodyBytesPerSecondMin { get; set; } = 240;

    /// <summary>How long a body may arrive more slowly.</summary>
    /// <value>5 s; from 1 s to 5 min.</value>
    public TimeSpan BodyGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most connections at once.</summary>
    /// <value>10,000; from 1 to 1,000,000.</value>
    public int ConnectionsMax { get; set; } = 10_000;

    /// <summary>The most entries that one page of evidence looks at to find those asked for.</summary>
    /// <value>20,000; from 1,000 to 1,000,000.</value>
    public int EvidenceScanMax { get; set; } = 20_000;

    /// <summary>The most approvals that one page looks at to find those asked for.</summary>
    /// <value>1,000; from 10 to 100,000.</value>
    public int ApprovalScanMax { get; set; } = 1_000;

    /// <summary>How long the readiness check waits for the ledger.</summary>
    /// <value>2 s; from 100 ms to 30 s.</value>
    public TimeSpan ReadyTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the node asks itself whether it is ready, for its metrics.</summary>
    /// <value>5 s; from 1 s to 1 min.</value>
    public TimeSpan ReadyInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the silo may have heard nothing of changes of authority and still be ready.</summary>
    /// <value>10 s; from 1 s to 10 min. Decisions do not depend on it: each of them brings the epoch.</value>
    public TimeSpan WatchAgeMax { get; set; } = TimeSpan.FromSeconds(10);
}
