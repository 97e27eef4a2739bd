namespace GenOps.ControlPlane.Faults;

/// <summary>The harness can't go on; the message says why and shows what the process concerned wrote last.</summary>
public class HarnessException(string message, Exception? cause = null) : Exception(message, cause);
