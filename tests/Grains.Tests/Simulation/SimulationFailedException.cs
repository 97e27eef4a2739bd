namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>Something happened that must not.</summary>
internal sealed class SimulationFailedException(string message, Exception? inner = null) : Exception(message, inner);
