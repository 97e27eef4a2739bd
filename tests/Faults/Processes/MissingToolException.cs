namespace GenOps.ControlPlane.Faults;

/// <summary>A program, a package or a right that a scenario needs is not there; the message names the package to install.</summary>
public sealed class MissingToolException(string message) : HarnessException(message);
