namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>The node can't start, for a reason that its operator can mend: the message says how.</summary>
public sealed class NodeStartException(string message, Exception? inner = null) : Exception(message, inner);
