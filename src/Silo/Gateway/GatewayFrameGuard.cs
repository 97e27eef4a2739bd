using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Serialization.Session;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>
/// Stands between the socket of one client and Orleans, and lets through only what a client may say. Orleans' gateway believes
/// a message's sender, its directory hints and its target silo; here they are checked or replaced, and the message is stamped
/// with the credential of its connection.
/// </summary>
internal sealed class GatewayFrameGuard(
    GatewayDoorOptions options,
    GatewayClientIds clientIds,
    string stamp,
    Serializer<GatewayPreamble> preambles,
    SerializerSessionPool sessions,
    ReadOnlyMemory<byte> ownGateway)
{
    private const int PreambleBytesMax = 1024;
    private const int FrameLengthBytes = 8;
    private const int ClientKeyBytes = 32;

    private static readonly GrainType ClientType = GrainType.Create("sys.client");
    private static readonly GrainType ManifestProvider = GrainType.Create("sys.svc.manifest");

    private static ReadOnlySpan<byte> SystemTypes => "sys."u8;

    private static ReadOnlySpan<byte> CancellationInterface => "Orleans.Runtime.IGrainCallCancellationExtension"u8;

    private readonly ArrayBufferWriter<byte> _rewritten = new(512);

    /// <summary>Passes on until either side ends.</summary>
    /// <exception cref="GatewayViolationException">The client sent what no client may send.</exception>
    public async Task RunAsync(PipeReader input, PipeWriter output, TimeProvider time)
    {
        GrainId client;
        using (var timeout = new CancellationTokenSource(options.HandshakeTimeout, time))
            client = await PassPreambleAsync(input, output, timeout.Token).ConfigureAwait(false);

        if (!clientIds.TryTake(client.Key, stamp))
            throw new GatewayViolationException($"the client id {client}, which another key uses");

        try
        {
            using var session = sessions.GetSession();
            await output.FlushAsync().ConfigureAwait(false);
            await PassFramesAsync(input, output, client, session).ConfigureAwait(false);
        }
        finally
        {
            clientIds.Release(client.Key);
        }
    }

    private async Task<GrainId> PassPreambleAsync(PipeReader input, PipeWriter output, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (TryPassPreamble(read.Buffer, output, out var client, out var consumed))
            {
                input.AdvanceTo(consumed);
                return client;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled)
                throw new GatewayViolationException("no preamble");
        }
    }

    private bool TryPassPreamble(ReadOnlySequence<byte> buffer, PipeWriter output, out GrainId client, out SequencePosition consumed)
    {
        client = default;
        consumed = default;
        if (buffer.Length < sizeof(int))
            return false;

        Span<byte> lengthBytes = stackalloc byte[sizeof(int)];
        buffer.Slice(0, sizeof(int)).CopyTo(lengthBytes);
        var length = BinaryPrimitives.ReadInt32LittleEndian(lengthBytes);
        if (length is <= 0 or > PreambleBytesMax)
            throw new GatewayViolationException($"a preamble of {length} bytes");

        if (buffer.Length < sizeof(int) + length)
            return false;

        var payload = buffer.Slice(sizeof(int), length);
        var preamble = preambles.Deserialize(payload) ?? throw new GatewayViolationException("an empty preamble");
        client = preamble.NodeIdentity;
        if (client.Type != ClientType || !IsClientKey(client.Key))
        {
            // Above all the co-hosted client's id, which is no secret: its answers would go to this connection.
            throw new GatewayViolationException($"a preamble as {client}");
        }

        // Written anew with the hash computed here, like the headers.
        client = new GrainId(ClientType, new IdSpan(client.Key.AsSpan().ToArray()));
        _rewritten.ResetWrittenCount();
        preambles.Serialize(
            new GatewayPreamble { NetworkProtocolVersion = preamble.NetworkProtocolVersion, NodeIdentity = client, ClusterId = preamble.ClusterId },
            _rewritten);
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), _rewritten.WrittenCount);
        output.Advance(sizeof(int));
        output.Write(_rewritten.WrittenSpan);
        consumed = payload.End;
        return true;
    }

    private async Task PassFramesAsync(PipeReader input, PipeWriter output, GrainId client, SerializerSession session)
    {
        while (true)
        {
            var read = await input.ReadAsync().ConfigureAwait(false);
            var buffer = read.Buffer;
            while (TryPassFrame(ref buffer, output, client, session))
            {
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            var flushed = await output.FlushAsync().ConfigureAwait(false);
            if (read.IsCompleted || read.IsCanceled || flushed.IsCompleted)
            {
                return;
            }
        }
    }

    private bool TryPassFrame(ref ReadOnlySequence<byte> buffer, PipeWriter output, GrainId client, SerializerSession session)
    {
        if (buffer.Length < FrameLengthBytes)
            return false;

        Span<byte> lengths = stackalloc byte[FrameLengthBytes];
        buffer.Slice(0, FrameLengthBytes).CopyTo(lengths);
        var headerBytes = BinaryPrimitives.ReadInt32LittleEndian(lengths);
        var bodyBytes = BinaryPrimitives.ReadInt32LittleEndian(lengths[4..]);
        if (headerBytes <= 0 || headerBytes > options.MessageHeaderBytesMax || bodyBytes < 0 || bodyBytes > options.MessageBodyBytesMax)
            throw new GatewayViolationException($"a message of {headerBytes} header and {bodyBytes} body bytes");

        if (buffer.Length < FrameLengthBytes + headerBytes + bodyBytes)
            return false;

        var header = ReadHeader(buffer.Slice(FrameLengthBytes, headerBytes), session);
        var body = buffer.Slice(FrameLengthBytes + headerBytes, bodyBytes);
        buffer = buffer.Slice(body.End);
        if (header.Direction == GatewayMessageDirection.Response)
        {
            // Would complete any pending call in the cluster whose id it names. What clients are called with is one-way.
            return true;
        }

        Judge(header, client);
        Write(header, body, output, session);
        return true;
    }

    private GatewayMessageHeader ReadHeader(ReadOnlySequence<byte> header, SerializerSession session)
    {
        try
        {
            return header.IsSingleSegment
                ? GatewayMessageHeader.Read(header.FirstSpan, options.RequestContextKeys, session)
                : GatewayMessageHeader.Read(header.ToArray(), options.RequestContextKeys, session);
        }
        finally
        {
            session.Reset();
        }
    }

    private void Judge(GatewayMessageHeader header, GrainId client)
    {
        if (header.Direction is not (GatewayMessageDirection.Request or GatewayMessageDirection.OneWay))
            throw new GatewayViolationException($"a message of direction {header.Direction}");

        if (header.SendingGrain != client)
            throw new GatewayViolationException($"a message in the name of {header.SendingGrain}");

        // The one system target that a client needs, and only this silo's. For others, and for other clients' observers,
        // which Orleans serves without asking any call filter, there is no honest use.
        var isManifest = header.TargetGrain.Type == ManifestProvider;
        if (!isManifest && header.TargetGrain.Type.AsSpan().StartsWith(SystemTypes))
            throw new GatewayViolationException($"a message to {header.TargetGrain}");

        header.TargetSilo = isManifest ? ownGateway : default;

        // How a call interleaves is decided by its sender's flags: with these a client could take a grain's turns apart.
        var allowed = GatewayMessageFlags.Unordered | GatewayMessageFlags.HasInterfaceType
            | GatewayMessageFlags.HasInterfaceVersion | GatewayMessageFlags.HasTimeToLive;
        if (header.InterfaceType.AsSpan().SequenceEqual(CancellationInterface))
            allowed |= GatewayMessageFlags.AlwaysInterleave;

        header.Flags &= allowed;
        header.RequestContext[GatewayStamp.RequestContextKey] = stamp;
    }

    private void Write(GatewayMessageHeader header, ReadOnlySequence<byte> body, PipeWriter output, SerializerSession session)
    {
        _rewritten.ResetWrittenCount();
        header.Write(_rewritten, session);
        session.Reset();

        var lengths = output.GetSpan(FrameLengthBytes);
        BinaryPrimitives.WriteInt32LittleEndian(lengths, _rewritten.WrittenCount);
        BinaryPrimitives.WriteInt32LittleEndian(lengths[4..], (int)body.Length);
        output.Advance(FrameLengthBytes);
        output.Write(_rewritten.WrittenSpan);
        foreach (var segment in body)
        {
            output.Write(segment.Span);
        }
    }

    private static bool IsClientKey(IdSpan key)
    {
        // Clients draw a GUID; observers and the co-hosted client look different.
        var bytes = key.AsSpan();
        return bytes.Length == ClientKeyBytes && bytes.IndexOfAnyExcept("0123456789abcdef"u8) < 0;
    }
}
