namespace GenOps.ControlPlane.Ledger;

/// <summary>An entry and its place among all entries.</summary>
/// <param name="Position">Increases in the order of commits; opaque otherwise.</param>
/// <param name="Entry">The entry.</param>
public sealed record PlacedEntry(long Position, LedgerEntry Entry);
