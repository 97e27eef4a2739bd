namespace GenOps.ControlPlane.Ledger;

/// <summary>Where a stream ends: the number alone would let a writer slip its entry behind another's.</summary>
/// <param name="Seq">The last entry's number; 0 for an empty stream, the first entry has 1.</param>
/// <param name="Hash">The last entry's hash; <see cref="EntryHash.None"/> for an empty stream.</param>
public readonly record struct LedgerHead(long Seq, EntryHash Hash)
{
    /// <summary>The head of a stream without entries.</summary>
    public static LedgerHead Empty => default;
}
