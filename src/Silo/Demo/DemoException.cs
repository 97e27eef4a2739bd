namespace GenOps.ControlPlane.Silo.Demo;

/// <summary>The demo can't go on, for a reason that its user can see to: the message says what and where.</summary>
internal sealed class DemoException(string message, Exception? inner = null) : Exception(message, inner);
