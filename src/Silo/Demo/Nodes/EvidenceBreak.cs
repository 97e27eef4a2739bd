namespace GenOps.ControlPlane.Silo.Demo.Nodes;

/// <summary>Where a ledger breaks.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Seq">The entry's number.</param>
/// <param name="Why">What is wrong with it.</param>
internal sealed record EvidenceBreak(string Stream, long Seq, string Why);
