namespace GenOps.ControlPlane.Faults;

/// <summary>One row of the ledger as it is stored.</summary>
/// <param name="Position">Its place in the order of all.</param>
/// <param name="Stream">The actor's stream.</param>
/// <param name="Seq">Its number in the stream, from 1.</param>
/// <param name="Previous">The hash that it builds on, 32 bytes.</param>
/// <param name="Hash">Its own, 32 bytes.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Text">The bytes that were hashed.</param>
public sealed record LedgerRow(long Position, string Stream, long Seq, byte[] Previous, byte[] Hash, string Kind, string Tenant, byte[] Text);
