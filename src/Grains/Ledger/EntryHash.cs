using System.Buffers.Binary;
using System.Security.Cryptography;

namespace GenOps.ControlPlane.Ledger;

/// <summary>A link of the chain: SHA-256 over the previous link's 32 bytes and the entry's stored text.</summary>
public readonly record struct EntryHash
{
    /// <summary>How many bytes a hash has.</summary>
    public const int Length = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Reads 32 bytes.</summary>
    public EntryHash(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>What the first entry of a stream builds on.</summary>
    public static EntryHash None => default;

    /// <summary>The first 8 bytes as a number, never 0.</summary>
    public long Slot => _a == 0 ? 1 : unchecked((long)_a);

    /// <summary>The link after <paramref name="previous"/> for an entry whose stored text is <paramref name="text"/>.</summary>
    public static EntryHash Link(EntryHash previous, ReadOnlySpan<byte> text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> buffer = stackalloc byte[Length];
        previous.CopyTo(buffer);
        hash.AppendData(buffer);
        hash.AppendData(text);
        hash.GetHashAndReset(buffer);
        return new EntryHash(buffer);
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _a);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], _d);
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
