using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using GenOps.ControlPlane.Silo.Gateway;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;
using Orleans.Serialization.Session;

namespace GenOps.ControlPlane.Silo.Tests.Gateway;

public sealed class GatewayFrameGuardTests : IDisposable
{
    private const string Stamp = "0123456789ab/acme";
    private static readonly GrainId Client = GrainId.Create("sys.client", "0123456789abcdef0123456789abcdef");
    private static readonly GrainId Agent = GrainId.Create("agent", "a/acme/support");
    private static readonly byte[] Body = [1, 2, 3];

    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();
    private readonly GatewayClientIds _clientIds = new();
    private readonly GatewayDoorOptions _options = new();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Guard_HonestCall_PassesWithTheStamp()
    {
        var header = Assert.Single(await PassAsync(Client, Call()));
        Assert.Equal((Client, Agent, 7L, GatewayMessageDirection.Request), (header.SendingGrain, header.TargetGrain, header.Id, header.Direction));
        Assert.Equal([KeyValuePair.Create("genops.caller", Stamp)], header.RequestContext);
    }

    [Fact]
    public async Task Guard_ForgedStamp_IsReplaced()
    {
        var call = Call();
        call.Flags |= GatewayMessageFlags.HasRequestContextData;
        call.RequestContext["genops.caller"] = "ba9876543210/*";
        call.RequestContext["traceparent"] = "00-abc";
        call.RequestContext["other"] = "dropped";
        var header = Assert.Single(await PassAsync(Client, call));
        Assert.Equal(new Dictionary<string, string> { ["genops.caller"] = Stamp, ["traceparent"] = "00-abc" }, header.RequestContext);
    }

    [Theory]
    [InlineData("agent", "a/acme/support")]
    [InlineData("sys.client", "fedcba9876543210fedcba9876543210")]
    public async Task Guard_ForgedSender_IsAViolation(string type, string key)
    {
        var call = Call();
        call.SendingGrain = GrainId.Create(type, key);
        Assert.Equal($"a message in the name of {type}/{key}", await ViolationAsync(Client, call));
    }

    [Theory]
    [InlineData("sys.svc.silo-control", "x")]
    [InlineData("sys.client", "fedcba9876543210fedcba9876543210")]
    public async Task Guard_SystemTargetOrOtherClient_IsAViolation(string type, string key)
    {
        var call = Call();
        call.TargetGrain = GrainId.Create(type, key);
        Assert.Equal($"a message to {type}/{key}", await ViolationAsync(Client, call));
    }

    [Fact]
    public async Task Guard_Response_IsDroppedAndTheNextCallPasses()
    {
        var response = Call();
        response.Direction = GatewayMessageDirection.Response;
        response.Id = 6;
        var header = Assert.Single(await PassAsync(Client, response, Call()));
        Assert.Equal(7, header.Id);
    }

    [Fact]
    public async Task Guard_CacheInvalidation_IsAViolation()
    {
        var call = Call();
        call.Flags |= GatewayMessageFlags.HasCacheInvalidationHeader;
        Assert.Equal("a message with a cache invalidation header", await ViolationAsync(Client, call));
    }

    [Fact]
    public async Task Guard_FlagsThatInterleave_AreTakenOff()
    {
        var call = Call();
        call.Flags |= GatewayMessageFlags.AlwaysInterleave | GatewayMessageFlags.ReadOnly | GatewayMessageFlags.SystemMessage;
        Assert.Equal(
            GatewayMessageFlags.HasInterfaceType | GatewayMessageFlags.HasRequestContextData,
            Assert.Single(await PassAsync(Client, call)).Flags);
    }

    [Fact]
    public async Task Guard_TargetSiloOfTheClient_IsDropped()
    {
        var call = Call();
        call.TargetSilo = new byte[] { 1, 2, 3 };
        Assert.True(Assert.Single(await PassAsync(Client, call)).TargetSilo.IsEmpty);
    }

    [Fact]
    public async Task Guard_BodyBeyondTheLimit_IsAViolation()
    {
        _options.MessageBodyBytesMax = 2;
        Assert.EndsWith("header and 3 body bytes", await ViolationAsync(Client, Call()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sys.client", "hosted-127.0.0.1:11111@1")]
    [InlineData("agent", "0123456789abcdef0123456789abcdef")]
    public async Task Guard_PreambleOfNoClient_IsAViolation(string type, string key) =>
        Assert.Equal($"a preamble as {type}/{key}", await ViolationAsync(GrainId.Create(type, key)));

    [Fact]
    public async Task Guard_ClientIdInUseWithAnotherKey_IsAViolation()
    {
        Assert.True(_clientIds.TryTake(Client.Key, "ba9876543210/acme"));
        Assert.Equal($"the client id {Client}, which another key uses", await ViolationAsync(Client));
    }

    [Fact]
    public async Task Guard_ConnectionEnded_FreesItsClientId()
    {
        await PassAsync(Client, Call());
        Assert.True(_clientIds.TryTake(Client.Key, "ba9876543210/acme"));
    }

    private static GatewayMessageHeader Call() => new()
    {
        Direction = GatewayMessageDirection.Request,
        Id = 7,
        SendingGrain = Client,
        TargetGrain = Agent,
        Flags = GatewayMessageFlags.HasInterfaceType,
        InterfaceType = IdSpan.Create("genops.IAgentGrain"),
    };

    private async Task<string> ViolationAsync(GrainId node, params GatewayMessageHeader[] sent) =>
        (await Assert.ThrowsAsync<GatewayViolationException>(() => PassAsync(node, sent))).Message;

    /// <summary>What reaches Orleans of what a client sends.</summary>
    private async Task<List<GatewayMessageHeader>> PassAsync(GrainId node, params GatewayMessageHeader[] sent)
    {
        var preambles = _services.GetRequiredService<Serializer<GatewayPreamble>>();
        var sessions = _services.GetRequiredService<SerializerSessionPool>();
        var socket = new Pipe();
        var preamble = preambles.SerializeToArray(new GatewayPreamble
        {
            NetworkProtocolVersion = NetworkProtocolVersion.Version1, NodeIdentity = node, ClusterId = "dev",
        });
        socket.Writer.Write(BitConverter.GetBytes(preamble.Length));
        socket.Writer.Write(preamble);
        using var session = sessions.GetSession();
        foreach (var header in sent)
        {
            var bytes = new ArrayBufferWriter<byte>();
            header.Write(bytes, session);
            session.Reset();
            socket.Writer.Write(BitConverter.GetBytes(bytes.WrittenCount));
            socket.Writer.Write(BitConverter.GetBytes(Body.Length));
            socket.Writer.Write(bytes.WrittenSpan);
            socket.Writer.Write(Body);
        }

        await socket.Writer.CompleteAsync();
        var orleans = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await new GatewayFrameGuard(_options, _clientIds, Stamp, preambles, sessions, new byte[] { 9 })
            .RunAsync(socket.Reader, orleans.Writer, TimeProvider.System);
        await orleans.Writer.CompleteAsync();
        var read = (await orleans.Reader.ReadAtLeastAsync(int.MaxValue)).Buffer.ToArray();
        return Headers(read.AsSpan(sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(read)), session);
    }

    private static List<GatewayMessageHeader> Headers(ReadOnlySpan<byte> frames, SerializerSession session)
    {
        var headers = new List<GatewayMessageHeader>();
        while (!frames.IsEmpty)
        {
            var headerBytes = BinaryPrimitives.ReadInt32LittleEndian(frames);
            headers.Add(GatewayMessageHeader.Read(frames.Slice(8, headerBytes), null, session));
            session.Reset();
            Assert.Equal(Body, frames.Slice(8 + headerBytes, Body.Length));
            frames = frames[(8 + headerBytes + Body.Length)..];
        }

        return headers;
    }
}
