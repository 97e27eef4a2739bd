namespace GenOps.ControlPlane.Bench.Node;

/// <summary>The bench can't go on; the message says why.</summary>
internal sealed class BenchException(string message, Exception? cause = null) : Exception(message, cause);
