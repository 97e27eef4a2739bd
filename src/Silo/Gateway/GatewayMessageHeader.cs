using System.Buffers;
using System.Text;
using Orleans.Runtime;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Session;
using Orleans.Serialization.WireProtocol;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>
/// The header of an Orleans message as it is on the wire (Orleans.Core, MessageSerializer.Serialize; unchanged through Orleans 10).
/// It is never passed on as it came: it is read, judged and written anew, so nothing a client encoded oddly gets further than this.
/// </summary>
internal sealed class GatewayMessageHeader
{
    private const int RequestContextEntriesMax = 64;

    public GatewayMessageFlags Flags { get; set; }

    public GatewayMessageDirection Direction { get; set; }

    public long Id { get; set; }

    public GrainId SendingGrain { get; set; }

    public GrainId TargetGrain { get; set; }

    /// <summary>The silo to send to, already encoded; empty for none.</summary>
    public ReadOnlyMemory<byte> TargetSilo { get; set; }

    public int TimeToLiveMs { get; set; }

    public IdSpan InterfaceType { get; set; }

    public uint InterfaceVersion { get; set; }

    /// <summary>The entries of the request context that hold strings, and of those only the wanted ones.</summary>
    public Dictionary<string, string> RequestContext { get; } = new(StringComparer.Ordinal);

    public static GatewayMessageHeader Read(ReadOnlySpan<byte> header, ISet<string>? requestContextKeys, SerializerSession session)
    {
        var reader = Reader.Create(header, session);
        var packed = reader.ReadUInt32();
        var result = new GatewayMessageHeader
        {
            Flags = (GatewayMessageFlags)(ushort)packed,
            Direction = (GatewayMessageDirection)((packed >> 16) & 0xF),
            Id = reader.ReadInt64(),
            SendingGrain = ReadGrainId(ref reader, header.Length),
            TargetGrain = ReadGrainId(ref reader, header.Length),
        };
        ReadBytes(ref reader, header.Length); // SendingSilo: the gateway sets its own.
        result.TargetSilo = ReadBytes(ref reader, header.Length);
        if (result.Flags.HasFlag(GatewayMessageFlags.HasTimeToLive))
            result.TimeToLiveMs = reader.ReadInt32();

        if (result.Flags.HasFlag(GatewayMessageFlags.HasInterfaceType))
            result.InterfaceType = ReadIdSpan(ref reader, header.Length);

        if (result.Flags.HasFlag(GatewayMessageFlags.HasInterfaceVersion))
            result.InterfaceVersion = reader.ReadVarUInt32();

        if (result.Flags.HasFlag(GatewayMessageFlags.HasCacheInvalidationHeader))
        {
            // Would rewrite the silo's grain directory cache.
            throw new GatewayViolationException("a message with a cache invalidation header");
        }

        if (result.Flags.HasFlag(GatewayMessageFlags.HasRequestContextData))
        {
            ReadRequestContext(ref reader, header.Length, requestContextKeys, result.RequestContext);
        }

        if (reader.Position != header.Length)
            throw new GatewayViolationException("a message header with trailing bytes");

        return result;
    }

    public void Write(IBufferWriter<byte> output, SerializerSession session)
    {
        var writer = Writer.Create(output, session);
        var flags = RequestContext.Count > 0
            ? Flags | GatewayMessageFlags.HasRequestContextData
            : Flags & ~GatewayMessageFlags.HasRequestContextData;
        writer.WriteUInt32((uint)flags | ((uint)Direction << 16));
        writer.WriteInt64(Id);
        WriteGrainId(ref writer, SendingGrain);
        WriteGrainId(ref writer, TargetGrain);
        writer.WriteVarUInt32(0); // SendingSilo
        writer.WriteVarUInt32((uint)TargetSilo.Length);
        writer.Write(TargetSilo.Span);
        if (flags.HasFlag(GatewayMessageFlags.HasTimeToLive))
        {
            writer.WriteInt32(TimeToLiveMs);
        }

        if (flags.HasFlag(GatewayMessageFlags.HasInterfaceType))
        {
            IdSpanCodec.WriteRaw(ref writer, InterfaceType);
        }

        if (flags.HasFlag(GatewayMessageFlags.HasInterfaceVersion))
        {
            writer.WriteVarUInt32(InterfaceVersion);
        }

        if (RequestContext.Count > 0)
        {
            writer.WriteVarUInt32((uint)RequestContext.Count);
            foreach (var (key, value) in RequestContext)
            {
                var keyBytes = Encoding.UTF8.GetByteCount(key);
                writer.WriteVarUInt32((uint)keyBytes + 1);
                StringCodec.WriteRaw(ref writer, key, keyBytes);
                ObjectCodec.WriteField(ref writer, 0, value);
            }
        }

        writer.Commit();
    }

    private static void ReadRequestContext(
        ref Reader<SpanReaderInput> reader,
        int headerBytes,
        ISet<string>? wantedKeys,
        Dictionary<string, string> result)
    {
        var count = reader.ReadVarUInt32();
        if (count > RequestContextEntriesMax)
            throw new GatewayViolationException($"a request context of {count} entries");

        for (var i = 0; i < count; i++)
        {
            var keyBytes = (int)reader.ReadVarUInt32() - 1;
            if (keyBytes < 0 || keyBytes > headerBytes - reader.Position)
                throw new GatewayViolationException("a request context with a broken key");

            var key = keyBytes == 0 ? "" : StringCodec.ReadRaw(ref reader, (uint)keyBytes);
            var field = reader.ReadFieldHeader();

            // A type spelled out here gets a number that the body may refer to: leaving it out would shift the body's types.
            if (field.Tag.IsSchemaTypeValid && (field.Tag.SchemaType is SchemaType.Encoded or SchemaType.Referenced))
                throw new GatewayViolationException($"a request context entry '{key}' of a type that is not built in");

            if (field.FieldType == typeof(string) && (wantedKeys is null || wantedKeys.Contains(key)))
            {
                result[key] = StringCodec.ReadValue(ref reader, field) ?? "";
            }
            else
            {
                reader.ConsumeUnknownField(field);
            }
        }
    }

    private static GrainId ReadGrainId(ref Reader<SpanReaderInput> reader, int headerBytes)
    {
        var type = ReadIdSpan(ref reader, headerBytes);
        var key = ReadIdSpan(ref reader, headerBytes);
        return new GrainId(new GrainType(type), key);
    }

    private static IdSpan ReadIdSpan(ref Reader<SpanReaderInput> reader, int headerBytes)
    {
        var length = ReadLength(ref reader, headerBytes);
        if (length == 0)
            return default;

        // Orleans trusts the hash it is sent, and one grain with two hashes is two activations: it is computed here instead.
        reader.ReadInt32();
        return length > headerBytes - reader.Position
            ? throw new GatewayViolationException("a grain id longer than its header")
            : new IdSpan(reader.ReadBytes(length));
    }

    private static byte[] ReadBytes(ref Reader<SpanReaderInput> reader, int headerBytes)
    {
        var length = ReadLength(ref reader, headerBytes);
        return length == 0 ? [] : reader.ReadBytes(length);
    }

    private static uint ReadLength(ref Reader<SpanReaderInput> reader, int headerBytes)
    {
        var length = reader.ReadVarUInt32();
        return length > headerBytes - reader.Position
            ? throw new GatewayViolationException("a header field longer than its header")
            : length;
    }

    private static void WriteGrainId<TBufferWriter>(ref Writer<TBufferWriter> writer, GrainId id)
        where TBufferWriter : IBufferWriter<byte>
    {
        IdSpanCodec.WriteRaw(ref writer, id.Type.Value);
        IdSpanCodec.WriteRaw(ref writer, id.Key);
    }
}
