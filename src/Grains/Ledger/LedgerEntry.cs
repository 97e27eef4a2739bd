using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>One thing that happened. The columns repeat what <see cref="Text"/> says, for lookups; the text is what is hashed.</summary>
/// <param name="Stream">Whose entry it is.</param>
/// <param name="Seq">Its number in the stream, from 1.</param>
/// <param name="Previous">The hash of the entry before.</param>
/// <param name="Hash">SHA-256 of <paramref name="Previous"/> and <paramref name="Text"/>.</param>
/// <param name="Kind">What happened, as in <c>workload.reserved</c>.</param>
/// <param name="Workload">The workload it happened to; null for an administrative act.</param>
/// <param name="Slot">
/// With tenant and workload the key of the unique index that makes decisions and holds happen once:
/// <see cref="LedgerSlot"/>. 0 without a workload.
/// </param>
/// <param name="At">When, by the actor's clock, in whole microseconds.</param>
/// <param name="Text">The canonical JSON, in UTF-8.</param>
public sealed record LedgerEntry(
    StreamId Stream,
    long Seq,
    EntryHash Previous,
    EntryHash Hash,
    string Kind,
    WorkloadId? Workload,
    long Slot,
    DateTimeOffset At,
    ReadOnlyMemory<byte> Text)
{
    /// <summary>The head of the stream once this is its last entry.</summary>
    public LedgerHead Head => new(Seq, Hash);
}
