namespace GenOps.ControlPlane.Gateway;

/// <summary>What a handshake frame says.</summary>
public enum GatewayHandshakeCode : byte
{
    /// <summary>From the client: the text is its API key.</summary>
    Credential = 1,

    /// <summary>From the silo: go on.</summary>
    Accepted = 2,

    /// <summary>From the silo: the text says why not, and trying again with the same credential is pointless.</summary>
    Refused = 3,

    /// <summary>From the silo: not now, the text says why; try again.</summary>
    Busy = 4,

    /// <summary>
    /// From the client, in place of a credential: whether anybody is there. Any frame is an answer; the silo says
    /// <see cref="Accepted"/>, and the connection is used for nothing else.
    /// </summary>
    Probe = 5,
}
