using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Authority;

public sealed class AuthorityFeedTests : IAsyncLifetime
{
    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly TenantId Globex = TenantId.Parse("globex");

    // No wait below ends by it unless something fails.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ScriptedChanges _ledger = new();
    private readonly SimulatedLifecycle _lifecycle = new();
    private readonly AuthorityFeedOptions _options = new();
    private readonly AuthorityFeed _feed;

    public AuthorityFeedTests() => _feed = new AuthorityFeed(_ledger.Watch, _ledger.Clock, Options.Create(_options), NullLogger<AuthorityFeed>.Instance);

    public async ValueTask InitializeAsync()
    {
        await _ledger.Watch.RefreshAsync();
        _feed.Participate(_lifecycle);
        await _lifecycle.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _lifecycle.StopAsync();

    [Fact]
    public async Task Wait_WithoutAnEpoch_AnswersThePresentOne() => Assert.Equal(new Epoch(7), await _feed.WaitAsync(Acme, null));

    [Fact]
    public async Task Wait_ChangedMeanwhile_AnswersAtOnce()
    {
        var epoch = _ledger.Change("a/acme/a");
        await _ledger.Watch.RefreshAsync();

        Assert.Equal(epoch, await _feed.WaitAsync(Acme, new Epoch(7)));
    }

    [Theory]
    [InlineData("a/acme/support")]
    [InlineData("t/acme")]
    public async Task Wait_ChangeInATenant_IsToldToItAndToNoOther(string stream)
    {
        var (acme, globex) = (_feed.WaitAsync(Acme, new Epoch(7)), _feed.WaitAsync(Globex, new Epoch(7)));
        var epoch = _ledger.Change(stream);
        await _ledger.Watch.RefreshAsync();

        Assert.Equal(epoch, await acme.WaitAsync(Patience));
        Assert.Equal((false, 1), (globex.IsCompleted, _feed.Waiters));
    }

    [Fact]
    public async Task Wait_ChangeOfAllTenantsKeys_IsToldToEach()
    {
        var (acme, globex) = (_feed.WaitAsync(Acme, new Epoch(7)), _feed.WaitAsync(Globex, new Epoch(7)));
        var epoch = _ledger.Change("t/*");
        await _ledger.Watch.RefreshAsync();

        Assert.Equal([epoch, epoch], await Task.WhenAll(acme, globex).WaitAsync(Patience));
    }

    [Fact]
    public async Task Wait_NothingChanges_AnswersThePresentEpochAfterThreeSeconds()
    {
        var waiting = _feed.WaitAsync(Acme, new Epoch(7));
        var epoch = _ledger.Change("a/globex/a");
        await _ledger.Watch.RefreshAsync();
        _ledger.Clock.Advance(TimeSpan.FromMilliseconds(2_999));
        Assert.False(waiting.IsCompleted);

        _ledger.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(epoch, await waiting.WaitAsync(Patience));
        Assert.Equal(0, _feed.Waiters);
    }

    [Fact]
    public async Task Wait_OneChangeAfterAnother_EachIsTold()
    {
        var seen = new Epoch(7);
        for (var round = 0; round < 3; round++)
        {
            var waiting = _feed.WaitAsync(Acme, seen);
            Assert.False(waiting.IsCompleted);
            var epoch = _ledger.Change("a/acme/a");
            await _ledger.Watch.RefreshAsync();

            // Between two looks the feed pauses, by the clock that the test moves.
            while (!waiting.IsCompleted)
            {
                _ledger.Clock.Advance(_options.WakePause);
                await Task.Yield();
            }

            Assert.Equal(epoch, seen = await waiting);
        }
    }

    [Fact]
    public async Task Wait_AfterTheFeedFailed_IsToldAgain()
    {
        // Nobody is answered by the timeout while the clock goes on.
        _options.WaitTimeout = TimeSpan.FromDays(40);
        var clock = new ClockThatFailsOnce(_ledger.Clock);
        var feed = new AuthorityFeed(_ledger.Watch, clock, Options.Create(_options), NullLogger<AuthorityFeed>.Instance);
        var lifecycle = new SimulatedLifecycle();
        feed.Participate(lifecycle);
        await lifecycle.StartAsync();
        Assert.Equal(new Epoch(8), await ToldAsync(new Epoch(7), () => { }));

        Assert.Equal(new Epoch(9), await ToldAsync(new Epoch(8), clock.FailNext));
        await AdvanceUntilAsync(clock.Failed);

        Assert.Equal(new Epoch(10), await ToldAsync(new Epoch(9), () => { }));
        await lifecycle.StopAsync();

        async Task<Epoch> ToldAsync(Epoch seen, Action waiting)
        {
            var told = feed.WaitAsync(Acme, seen);
            waiting();
            _ledger.Change("a/acme/a");
            await _ledger.Watch.RefreshAsync();
            await AdvanceUntilAsync(told);
            return await told;
        }

        async Task AdvanceUntilAsync(Task done)
        {
            var started = TimeProvider.System.GetTimestamp();
            while (!done.IsCompleted)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience);
                _ledger.Clock.Advance(_options.WakePause);
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task Wait_LedgerReplaced_Answers()
    {
        var waiting = _feed.WaitAsync(Acme, new Epoch(7));
        (_ledger.Incarnation, _ledger.Epoch) = (ScriptedChanges.OtherLedger, new Epoch(7));
        await _ledger.Watch.RefreshAsync();

        Assert.Equal(new Epoch(7), await waiting.WaitAsync(Patience));
    }

    [Fact]
    public async Task Wait_OlderLedgerThanTheCallerKnows_AnswersAtOnce() =>
        Assert.Equal(new Epoch(7), await _feed.WaitAsync(Acme, new Epoch(9)));

    [Fact]
    public async Task Wait_SiloIsBehindTheCaller_CatchesUpAndWaits()
    {
        var epoch = _ledger.Change("a/acme/a");

        var waiting = _feed.WaitAsync(Acme, epoch);

        Assert.Equal((epoch, false, 1), (_ledger.Watch.Current.Epoch, waiting.IsCompleted, _feed.Waiters));
    }

    [Fact]
    public async Task Wait_MoreThanATenantMay_IsOverload()
    {
        _options.WaitersPerTenantMax = 2;
        _ = (_feed.WaitAsync(Acme, new Epoch(7)), _feed.WaitAsync(Acme, new Epoch(7)));

        var refused = await Assert.ThrowsAsync<UnavailableException>(() => _feed.WaitAsync(Acme, new Epoch(7)));

        Assert.Equal("overloaded", refused.Code);
        Assert.False(_feed.WaitAsync(Globex, new Epoch(7)).IsCompleted);
        Assert.Equal(3, _feed.Waiters);
    }

    [Fact]
    public async Task Wait_MoreThanTheSiloMay_IsOverload()
    {
        _options.WaitersMax = 1;
        _ = _feed.WaitAsync(Acme, new Epoch(7));

        var refused = await Assert.ThrowsAsync<UnavailableException>(() => _feed.WaitAsync(Globex, new Epoch(7)));

        Assert.Equal("overloaded", refused.Code);
    }

    [Fact]
    public async Task Stop_ThoseWhoWait_AreAnswered()
    {
        var waiting = _feed.WaitAsync(Acme, new Epoch(7));

        await _lifecycle.StopAsync();

        Assert.Equal(new Epoch(7), await waiting.WaitAsync(Patience));
        Assert.Equal(new Epoch(7), await _feed.WaitAsync(Acme, new Epoch(7)));
    }

    [Fact]
    public async Task Grain_OnASiloOfACluster_HearsOfAChangeOnAnother()
    {
        await using var cluster = await SharedLedgerCluster.StartAsync(2, TimeSpan.FromMinutes(1));
        var maria = Principal.Parse("user:maria");
        await cluster.Tenant(Acme).PutAsync(new Tenants.TenantDefinition(), maria);
        var feeds = Enumerable.Range(0, 2)
            .Select(silo => cluster.Service<IGrainFactory>(silo).GetGrain<IAuthorityFeedGrain>(IAuthorityFeedGrain.Key(Acme))).ToArray();
        var known = await feeds[0].WaitAsync(null);
        var waiting = Task.WhenAll(feeds.Select(feed => feed.WaitAsync(known)));
        for (var silo = 0; silo < 2; silo++)
        {
            var feed = cluster.Service<AuthorityFeed>(silo);
            await cluster.WhenAsync(() => feed.Waiters == 1, Patience);
        }

        var change = await cluster.Tenant(Acme).SuspendAsync("incident", maria);

        Assert.Equal([change.Epoch, change.Epoch], await waiting.WaitAsync(Patience));
    }
}
