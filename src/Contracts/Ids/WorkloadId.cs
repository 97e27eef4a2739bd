using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Ids;

/// <summary>
/// The id of one AI Workload Unit (specification, section 2): a UUIDv7 that the client makes before it first sends, so
/// that it is also the idempotency key of everything that happens to the workload.
/// </summary>
[GenerateSerializer, Immutable, Alias("genops.WorkloadId")]
[JsonConverter(typeof(ParsableJsonConverter<WorkloadId>))]
public readonly record struct WorkloadId : IParsable<WorkloadId>, IComparable<WorkloadId>
{
    private WorkloadId(Guid value) => Value = value;

    /// <summary>The UUIDv7.</summary>
    [Id(0)]
    public Guid Value { get; }

    /// <summary>Whether this stands for something else than a workload: <see cref="OfSubject"/>.</summary>
    public bool IsSubject => Value.Version == 8;

    /// <summary>When the id was made, by its maker's clock, in whole milliseconds.</summary>
    public DateTimeOffset MadeAt
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Value.TryWriteBytes(bytes, bigEndian: true, out _);
            var unixMs = ((long)bytes[0] << 40) | ((long)bytes[1] << 32) | ((long)bytes[2] << 24)
                | ((long)bytes[3] << 16) | ((long)bytes[4] << 8) | bytes[5];
            return DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(unixMs, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
        }
    }

    /// <summary>A new id, made at <paramref name="instant"/>.</summary>
    public static WorkloadId New(DateTimeOffset instant) => new(Guid.CreateVersion7(instant));

    /// <summary>
    /// What the ledger's index knows something by that has a name and no UUID, such as a delegation: a UUIDv8 made of the
    /// hash of its kind and name. It is no workload's id, and can't be taken for one.
    /// </summary>
    public static WorkloadId OfSubject(string kind, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}/{name}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new WorkloadId(new Guid(hash[..16], bigEndian: true));
    }

    /// <summary>An id as the ledger keeps it: a workload's, or a subject's.</summary>
    public static WorkloadId FromLedger(Guid value) => new(value);

    /// <summary>Reads a UUIDv7 in its usual form of 36 characters.</summary>
    /// <exception cref="FormatException">Not a UUID, or not of version 7.</exception>
    public static WorkloadId Parse(string s) =>
        TryParse(s, null, out var id)
            ? id
            : throw new FormatException("a workload id is a UUIDv7 such as 0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90");

    /// <inheritdoc/>
    public static WorkloadId Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out WorkloadId result)
    {
        // The system's parser also takes blanks around it, and signs and prefixes within.
        result = default;
        if (s is not { Length: 36 } || s.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF-")
            || !Guid.TryParseExact(s, "D", out var value) || value.Version != 7 || value.Variant is < 8 or > 11)
            return false;

        result = new WorkloadId(value);
        return true;
    }

    /// <summary>In the order of their texts: mostly that in which they were made.</summary>
    public int CompareTo(WorkloadId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("D");
}
