using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Client.Tests;

public sealed class GatewayHealthTests
{
    private static readonly IPEndPoint One = new(IPAddress.Parse("10.0.0.1"), 30000);
    private static readonly IPEndPoint Two = new(IPAddress.Parse("10.0.0.2"), 30000);
    private static readonly IPEndPoint Three = new(IPAddress.Parse("10.0.0.3"), 30000);

    private readonly FakeTimeProvider _clock = new(Decisions.Start);
    private readonly FakeGatewayProbe _probe = new();
    private readonly GatewayLosses _losses = new();
    private readonly GatewayHealth _health;

    public GatewayHealthTests() =>
        _health = new GatewayHealth(
            _probe, _losses, Options.Create(new GenOpsClientOptions()), _clock, NullLogger<GatewayHealth>.Instance);

    [Fact]
    public void Choose_NothingKnown_IsAll() => Assert.Equal([One, Two, Three], _health.Choose([One, Two], [Two, Three]));

    [Fact]
    public async Task Choose_AfterProbes_IsThoseOfTheClusterThatAnswer()
    {
        _probe.Silent[Two] = true;
        _health.Choose([One, Two], [Three]);

        await RoundAsync();

        Assert.Equal([One], _health.Choose([One, Two], [Three]));
        Assert.Equal([One, Two, Three], _probe.Probed.OrderBy(gateway => gateway.ToString(), StringComparer.Ordinal));
    }

    [Fact]
    public async Task Choose_NoneOfTheClusterAnswers_IsTheConfiguredOnes()
    {
        _probe.Silent[One] = _probe.Silent[Two] = true;
        _health.Choose([One, Two], [Three]);

        await RoundAsync();

        Assert.Equal([Three], _health.Choose([One, Two], [Three]));
    }

    [Fact]
    public async Task Choose_OneThatComesBack_IsIncludedAgain()
    {
        _probe.Silent[Two] = true;
        _health.Choose([One, Two], []);
        await RoundAsync();
        Assert.Equal([One], _health.Choose([One, Two], []));

        _probe.Silent.Clear();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await RoundAsync();

        Assert.Equal([One, Two], _health.Choose([One, Two], []));
    }

    [Fact]
    public async Task Connection_ThatEnds_MakesItsGatewayProveItself()
    {
        _probe.Silent[Two] = true;
        _health.Choose([One, Two], []);
        var first = Open(One, out _);
        Open(Two, out _);
        Assert.Equal([One, Two], _health.Choose([One, Two], []));
        var next = _losses.Next;

        _health.Close(first, isLost: true);

        Assert.True(next.IsCancellationRequested || await FiresAsync(next));
        Assert.Equal([Two], _health.Choose([One, Two], []));
        await RoundAsync();
        Assert.Equal([One, Two], _health.Choose([One, Two], []));
        Assert.Equal([One], _probe.Probed);
    }

    [Fact]
    public void Connection_OfARetiredClient_LosesNothing()
    {
        var line = Open(One, out _);
        var next = _losses.Next;

        _health.Close(line, isLost: false);

        Assert.Equal(next, _losses.Next);
    }

    [Fact]
    public async Task Silence_GatewayThatAnswersNoProbe_IsLeftWithinThreeSeconds()
    {
        _probe.Silent[One] = true;
        Open(One, out var connection);
        await connection.SendAsync();

        _clock.Advance(TimeSpan.FromSeconds(1.9));
        await RoundAsync();
        Assert.Empty(_probe.Probed);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await RoundAsync();

        Assert.Equal("the gateway at 10.0.0.1:30000 has not said anything for 3.0 s", connection.Aborted);
        Assert.True(_health.IsSilent(One));
        Assert.True(_health.IsAnySilent);
        Assert.Equal([One], _probe.Probed);
    }

    [Fact]
    public async Task Silence_GatewayThatAnswersProbes_IsOnlySlow()
    {
        Open(One, out var connection);
        await connection.SendAsync();

        for (var seconds = 0; seconds < 9; seconds++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await RoundAsync();
        }

        Assert.Null(connection.Aborted);
        Assert.False(_health.IsSilent(One));
        Assert.Equal(4, _probe.Probed.Count);
    }

    [Fact]
    public async Task Silence_OfTheWayAlone_EndsTheConnectionAndKeepsTheGateway()
    {
        Open(One, out var connection);
        await connection.SendAsync();

        for (var seconds = 0; seconds < 10; seconds++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await RoundAsync();
        }

        Assert.Equal("the gateway at 10.0.0.1:30000 has not said anything for 10.0 s", connection.Aborted);
        Assert.False(_health.IsSilent(One));
    }

    [Fact]
    public async Task Silence_AfterAByteCame_CountsAnew()
    {
        _probe.Silent[One] = true;
        Open(One, out var connection);
        await connection.SendAsync();
        _clock.Advance(TimeSpan.FromSeconds(1.5));
        await connection.ReceiveAsync();
        _clock.Advance(TimeSpan.FromSeconds(10));
        await connection.SendAsync();
        _clock.Advance(TimeSpan.FromSeconds(1.9));

        await RoundAsync();

        Assert.Null(connection.Aborted);
        Assert.Empty(_probe.Probed);
    }

    [Fact]
    public async Task Silence_AByteThatComesDuringTheProbe_SavesTheConnection()
    {
        _probe.Silent[One] = true;
        Open(One, out var connection);
        await connection.SendAsync();
        _clock.Advance(TimeSpan.FromSeconds(2));
        var checking = _health.CheckAsync(CancellationToken.None);
        await connection.ReceiveAsync();

        await RunAsync(checking);

        Assert.Null(connection.Aborted);
        Assert.False(_health.IsSilent(One));
    }

    [Fact]
    public async Task Silence_NothingSent_IsNoSilence()
    {
        Open(One, out var connection);

        _clock.Advance(TimeSpan.FromHours(1));
        await RoundAsync();

        Assert.Null(connection.Aborted);
        Assert.Empty(_probe.Probed);
    }

    [Fact]
    public async Task Handshake_WithoutAnAnswer_MakesTheGatewaySilentUntilAProbeIsAnswered()
    {
        _health.Choose([One, Two], []);
        _probe.Silent[One] = true;

        _health.HeardNothing(One);
        await RoundAsync();
        Assert.True(_health.IsSilent(One));
        Assert.Equal([Two], _health.Choose([One, Two], []));

        _probe.Silent.Clear();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await RoundAsync();

        Assert.False(_health.IsSilent(One));
        Assert.Equal([One, Two], _health.Choose([One, Two], []));
    }

    [Fact]
    public async Task Probe_OfOneNeitherListedNorConnected_Ends()
    {
        _health.Choose([One, Two], []);
        _health.Choose([One], []);

        await RoundAsync();

        Assert.Equal([One], _probe.Probed);
    }

    private static async Task<bool> FiresAsync(CancellationToken token)
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (token.Register(() => fired.TrySetResult()))
            await fired.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return token.IsCancellationRequested;
    }

    private GatewayLine Open(IPEndPoint gateway, out FakeConnection connection)
    {
        connection = new FakeConnection();
        var line = _health.Open(connection, gateway);
        connection.Transport = line.Watch(connection.Transport);
        return line;
    }

    /// <summary>One look at all, and the time that its probes have.</summary>
    private Task RoundAsync() => RunAsync(_health.CheckAsync(CancellationToken.None));

    private async Task RunAsync(Task checking)
    {
        if (!checking.IsCompleted)
            _clock.Advance(TimeSpan.FromSeconds(1));
        await checking.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
