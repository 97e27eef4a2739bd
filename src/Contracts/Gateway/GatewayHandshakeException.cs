namespace GenOps.ControlPlane.Gateway;

/// <summary>The other side does not speak the handshake, or not to its end.</summary>
public sealed class GatewayHandshakeException(string message) : Exception(message);
