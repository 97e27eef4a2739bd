using System.Security.Cryptography;
using System.Text;

namespace GenOps.ControlPlane.Ledger;

/// <summary>
/// The third part of the unique index (tenant, workload, slot). One index serves three ends: a workload is decided
/// once in the whole ledger, each budget holds for it at most once, and everything about it is found by it.
/// </summary>
public static class LedgerSlot
{
    /// <summary>The slot of the entry that decides, wherever it stands.</summary>
    public const long Decision = 0;

    /// <summary>The slot of the one hold, or charge, that <paramref name="stream"/> may make for a workload that is decided elsewhere.</summary>
    public static long Hold(StreamId stream)
    {
        Span<byte> bytes = stackalloc byte[EntryHash.Length];
        SHA256.HashData(Encoding.UTF8.GetBytes(stream.Value), bytes);
        return new EntryHash(bytes).Slot;
    }
}
