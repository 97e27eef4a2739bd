namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>Limits of the Orleans gateway's door.</summary>
public sealed class GatewayDoorOptions
{
    /// <summary>How long a handshake may take, and after it Orleans' preamble.</summary>
    /// <value>5 s by default, 100 ms to 1 min.</value>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many connections may be in the handshake at once; the others are told to come back.</summary>
    /// <value>128 by default, 1 to 65,536.</value>
    public int HandshakesMax { get; set; } = 128;

    /// <summary>The largest header of a message from a client, in bytes.</summary>
    /// <value>16 KiB by default, 1 KiB to 1 MiB.</value>
    public int MessageHeaderBytesMax { get; set; } = 16 * 1024;

    /// <summary>The largest body of a message from a client, in bytes.</summary>
    /// <value>1 MiB by default, 1 KiB to 64 MiB.</value>
    public int MessageBodyBytesMax { get; set; } = 1024 * 1024;

    /// <summary>
    /// The keys of Orleans' request context that a client may send, at most 32; their values must be strings. Everything
    /// else that it sends there is dropped.
    /// </summary>
    /// <value><c>traceparent</c> and <c>tracestate</c> by default.</value>
    public ISet<string> RequestContextKeys { get; } = new HashSet<string>(StringComparer.Ordinal) { "traceparent", "tracestate" };
}
