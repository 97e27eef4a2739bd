namespace GenOps.ControlPlane.Client;

/// <summary>What is known of one gateway.</summary>
internal sealed class GatewayStanding
{
    /// <summary>How many connections to it are open.</summary>
    public int Lines { get; set; }

    /// <summary>Whether the last probe was answered; false again once a connection ended.</summary>
    public bool HasAnswered { get; set; }

    /// <summary>Whether it takes connections and does not answer; until a probe is answered.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether a probe is on its way.</summary>
    public bool IsProbed { get; set; }

    /// <summary>When the last probe ended, as a timestamp; null if the next one is due at once.</summary>
    public long? ProbedAt { get; set; }
}
