using System.IO.Pipelines;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Gateway;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Gateway;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;

namespace GenOps.ControlPlane.Silo.Tests.Gateway;

public sealed class GatewayDoorTests(GatedSilo silo) : IClassFixture<GatedSilo>
{
    private static readonly TenantId Acme = TenantId.Parse("acme");

    // No wait below ends by it unless the door fails.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Door_GoodKey_Accepts() =>
        Assert.Equal(new(GatewayHandshakeCode.Accepted), await ShowAsync(GatewayHandshakeCode.Credential, silo.Keys.Issue(Acme).Reveal()));

    [Fact]
    public async Task Door_Probe_IsAnsweredWithoutAKey() =>
        Assert.Equal(new(GatewayHandshakeCode.Accepted), await ShowAsync(GatewayHandshakeCode.Probe, ""));

    [Fact]
    public async Task Door_UnknownKey_RefusesWithReason() =>
        Assert.Equal(
            new(GatewayHandshakeCode.Refused, "this API key is malformed, unknown, expired or revoked"),
            await ShowAsync(GatewayHandshakeCode.Credential, ApiKey.New(Acme).Reveal()));

    [Fact]
    public async Task Door_RevokedKey_Refuses()
    {
        var key = silo.Keys.Issue(Acme);
        silo.Keys.Revoke(key);
        Assert.Equal(GatewayHandshakeCode.Refused, (await ShowAsync(GatewayHandshakeCode.Credential, key.Reveal())).Code);
    }

    [Fact]
    public async Task Door_NoKeyAtAll_Refuses() =>
        Assert.Equal(GatewayHandshakeCode.Refused, (await ShowAsync(GatewayHandshakeCode.Credential, "")).Code);

    [Fact]
    public async Task Door_FrameThatIsNoCredential_Refuses() =>
        Assert.Equal(
            new(GatewayHandshakeCode.Refused, "a client's handshake begins with Credential, not with Accepted"),
            await ShowAsync(GatewayHandshakeCode.Accepted, ""));

    [Fact]
    public async Task Door_LedgerUnreachable_IsBusy()
    {
        silo.Keys.Unreachable = true;
        try
        {
            Assert.Equal(
                new(GatewayHandshakeCode.Busy, "the ledger can't be read"),
                await ShowAsync(GatewayHandshakeCode.Credential, ApiKey.New(Acme).Reveal()));
        }
        finally
        {
            silo.Keys.Unreachable = false;
        }
    }

    [Fact]
    public async Task Door_PreambleOfOrleansFirst_RefusesAtTheFirstByte()
    {
        using var socket = await silo.DialAsync();
        await socket.GetStream().WriteAsync(new byte[] { 120, 0, 0, 0 });
        Assert.Equal(
            new(GatewayHandshakeCode.Refused, "this gateway needs the handshake of the client library"),
            await GatewayHandshakeProtocol.ReceiveAsync(PipeReader.Create(socket.GetStream())).AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task Door_OrleansClientWithoutHandshake_NeverConnects()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAnyAsync<Exception>(() => silo.ConnectAsync(null, limit.Token).WaitAsync(Patience));
    }

    [Fact]
    public async Task Door_SilentPeer_IsDroppedAtTheLimit()
    {
        using var socket = await silo.DialAsync();
        await socket.GetStream().WriteAsync("GO"u8.ToArray());
        Assert.Equal(0, await ReadToEndAsync(socket.GetStream()));
    }

    [Fact]
    public async Task Door_PeerSilentAfterTheHandshake_IsDroppedAtTheLimit()
    {
        using var socket = await silo.DialAsync();
        var stream = socket.GetStream();
        await ShowAsync(stream, GatewayHandshakeCode.Credential, silo.Keys.Issue(Acme).Reveal());
        Assert.Equal(0, await ReadToEndAsync(stream));
    }

    [Fact]
    public async Task Door_PreambleAsTheHostedClient_CutsOffBeforeOrleansAnswers()
    {
        var address = silo.Services.GetRequiredService<ILocalSiloDetails>();
        using var socket = await silo.DialAsync();
        var stream = socket.GetStream();
        await ShowAsync(stream, GatewayHandshakeCode.Credential, silo.Keys.Issue(Acme).Reveal());
        var preamble = silo.Services.GetRequiredService<Serializer<GatewayPreamble>>().SerializeToArray(new GatewayPreamble
        {
            NetworkProtocolVersion = NetworkProtocolVersion.Version1,
            ClusterId = address.ClusterId,
            NodeIdentity = GrainId.Create("sys.client", "hosted-" + address.SiloAddress.ToParsableString()),
        });
        await stream.WriteAsync(BitConverter.GetBytes(preamble.Length));
        await stream.WriteAsync(preamble);
        Assert.Equal(0, await ReadToEndAsync(stream));

        var inside = silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IGatedGrain>("after");
        Assert.Equal("stamp none", await inside.InnerAsync().WaitAsync(Patience));
    }

    private async Task<GatewayHandshakeFrame> ShowAsync(GatewayHandshakeCode code, string text)
    {
        using var socket = await silo.DialAsync();
        return await ShowAsync(socket.GetStream(), code, text);
    }

    private static async Task<GatewayHandshakeFrame> ShowAsync(Stream stream, GatewayHandshakeCode code, string text)
    {
        await GatewayHandshakeProtocol.SendAsync(PipeWriter.Create(stream), new(code, text));
        return await GatewayHandshakeProtocol.ReceiveAsync(PipeReader.Create(stream)).AsTask().WaitAsync(Patience);
    }

    private static async Task<int> ReadToEndAsync(Stream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[64]).AsTask().WaitAsync(Patience);
        }
        catch (IOException)
        {
            // Reset instead of closed: dropped all the same, and nothing was read.
            return 0;
        }
    }
}
