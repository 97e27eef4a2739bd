namespace GenOps.ControlPlane.Silo.Demo.Proofs;

/// <summary>One thing that must hold whatever happened, and whether it did.</summary>
/// <param name="Name">Its short name.</param>
/// <param name="Held">Whether it held.</param>
/// <param name="Detail">What was compared; if it did not hold, the first difference.</param>
internal sealed record Invariant(string Name, bool Held, string Detail);
