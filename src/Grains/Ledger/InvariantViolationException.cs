namespace GenOps.ControlPlane.Ledger;

/// <summary>A defect of ours, caught before it could do harm: the actor refuses to go on with what it has in memory.</summary>
public sealed class InvariantViolationException(string message) : Exception(message);
