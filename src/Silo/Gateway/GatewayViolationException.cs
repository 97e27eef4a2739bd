namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>A client sent what no client may send; its connection ends. The message says what, to follow "it sent".</summary>
internal sealed class GatewayViolationException(string message) : Exception(message);
