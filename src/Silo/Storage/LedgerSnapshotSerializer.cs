using System.Buffers.Binary;
using GenOps.ControlPlane.Ledger;
using Orleans.Storage;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>
/// Writes a snapshot as its bytes: format (1 byte), head number (8, little-endian), length of the hash (1), hash, payload.
/// One allocation and one copy; Orleans' default is JSON, which makes Base64 text of the payload and copies it several times.
/// </summary>
internal sealed class LedgerSnapshotSerializer : IGrainStorageSerializer
{
    private const byte Format = 1;
    private const int HashOffset = 1 + sizeof(long) + 1;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The state is no <see cref="LedgerSnapshot"/>.</exception>
    public BinaryData Serialize<T>(T? input)
    {
        if (input is not LedgerSnapshot snapshot)
            throw new NotSupportedException($"Only {nameof(LedgerSnapshot)} is kept in this grain storage, not {typeof(T)}.");

        var bytes = GC.AllocateUninitializedArray<byte>(HashOffset + snapshot.HeadHash.Length + snapshot.Payload.Length);
        bytes[0] = Format;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), snapshot.HeadNumber);
        bytes[HashOffset - 1] = checked((byte)snapshot.HeadHash.Length);
        snapshot.HeadHash.CopyTo(bytes, HashOffset);
        snapshot.Payload.CopyTo(bytes, HashOffset + snapshot.HeadHash.Length);
        return new BinaryData(bytes);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The state asked for is no <see cref="LedgerSnapshot"/>.</exception>
    /// <exception cref="InvalidDataException">The bytes aren't a snapshot of a known format.</exception>
    public T? Deserialize<T>(BinaryData input)
    {
        var bytes = input.ToMemory().Span;
        if (bytes.Length < HashOffset || bytes[0] != Format || bytes.Length < HashOffset + bytes[HashOffset - 1])
            throw new InvalidDataException($"{bytes.Length} bytes in the grain storage aren't a snapshot of format {Format}.");

        var payloadOffset = HashOffset + bytes[HashOffset - 1];
        var snapshot = new LedgerSnapshot
        {
            HeadNumber = BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]),
            HeadHash = bytes[HashOffset..payloadOffset].ToArray(),
            Payload = bytes[payloadOffset..].ToArray(),
        };
        return snapshot is T state ? state : throw new NotSupportedException($"Only {nameof(LedgerSnapshot)} is kept in this grain storage, not {typeof(T)}.");
    }
}
