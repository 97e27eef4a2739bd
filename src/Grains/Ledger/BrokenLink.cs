namespace GenOps.ControlPlane.Ledger;

/// <summary>Where the ledger does not hold together.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Seq">The number of the entry at fault, or of the one that is missing.</param>
/// <param name="Why">What is wrong with it.</param>
public sealed record BrokenLink(StreamId Stream, long Seq, string Why);
