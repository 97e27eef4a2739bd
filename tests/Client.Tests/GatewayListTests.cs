using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Client.Tests;

public sealed class GatewayListTests
{
    private static readonly IPEndPoint Seed = new(IPAddress.Loopback, 30000);
    private static readonly IPEndPoint One = new(IPAddress.Parse("10.0.0.1"), 30000);
    private static readonly IPEndPoint Two = new(IPAddress.Parse("10.0.0.2"), 30000);

    private readonly FakeGatewayProbe _probe = new();
    private readonly GatewayLosses _losses = new();
    private readonly GatewayHealth _health;
    private readonly GatewayList _list;

    public GatewayListTests()
    {
        var options = Options.Create(new GenOpsClientOptions { Gateways = ["127.0.0.1:30000"] });
        _health = new GatewayHealth(
            _probe, _losses, options, new FakeTimeProvider(Decisions.Start), NullLogger<GatewayHealth>.Instance);
        _list = new GatewayList(options, _health, _losses, NullLogger<GatewayList>.Instance);
    }

    [Fact]
    public async Task Gateways_NothingDiscovered_AreTheConfiguredOnes()
    {
        Assert.Equal([new Uri("gwy.tcp://127.0.0.1:30000/0")], await _list.GetGateways());
        Assert.Equal([Seed], _list.Offered);
    }

    [Fact]
    public async Task Gateways_Discovered_TakeTheConfiguredOnesPlaceOnceTheyAnswer()
    {
        _list.Discovered([One, Two]);
        await _list.GetGateways();
        await _health.CheckAsync(TestContext.Current.CancellationToken);

        await _list.GetGateways();

        Assert.Equal([One, Two], _list.Offered);
    }

    [Fact]
    public async Task Gateways_EmptyAnswer_ChangesNothing()
    {
        _list.Discovered([One]);
        _list.Discovered([]);
        await _list.GetGateways();
        await _health.CheckAsync(TestContext.Current.CancellationToken);

        await _list.GetGateways();

        Assert.Equal([One], _list.Offered);
    }

    [Fact]
    public void Discovered_OneIsMissing_IsALossForThoseWhoWait()
    {
        _list.Discovered([One, Two]);
        var waits = _losses.Next;

        _list.Discovered([One, Two]);
        _list.Discovered([One, Two, Seed]);
        Assert.Equal(waits, _losses.Next);

        _list.Discovered([One, Seed]);
        Assert.NotEqual(waits, _losses.Next);
    }

    [Fact]
    public void Spread_GatewayThatJoinedOrCameBack_IsAGain()
    {
        var spread = new GatewaySpread([One]);

        Assert.False(spread.Gains([One]));
        Assert.True(spread.Gains([One, Two]));
        Assert.False(new GatewaySpread([One, Two]).Gains([One]));

        var returning = new GatewaySpread([One, Two]);
        Assert.False(returning.Gains([One]));
        Assert.True(returning.Gains([One, Two]));
    }
}
