using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Overload;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Silo.Tests.Overload;

public sealed class DecisionPlacesTests
{
    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly TenantId Zeta = TenantId.Parse("zeta");

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void TakeAsync_OneTenantAlone_HasAllPlaces()
    {
        var places = Places(atOnce: 32);

        Fill(places, Acme, 32);

        Assert.False(Take(places, Acme).IsCompleted);
    }

    [Fact]
    public async Task TakeAsync_AsManyWaitAsMay_IsRefusedAndToldWhenToComeBack()
    {
        var places = Places(atOnce: 16, waiting: 3);
        Fill(places, Acme, 16);
        var waiting = Enumerable.Range(0, 3).Select(_ => Take(places, Acme)).ToArray();

        var refusal = await Assert.ThrowsAsync<UnavailableException>(() => Take(places, Acme));

        Assert.Equal("overloaded", refusal.Code);
        Assert.Equal(TimeSpan.FromSeconds(1), refusal.RetryAfter);
        Assert.Equal("16 decisions of tenant acme are under way on this silo and 3 wait; send the same request again, with the same id, after a pause", refusal.Message);
        Assert.All(waiting, one => Assert.False(one.IsCompleted));
    }

    [Fact]
    public async Task GiveBack_OthersWait_LetsThemInInTheirOrder()
    {
        var places = Places(atOnce: 16);
        var taken = Fill(places, Acme, 16);
        var first = Take(places, Acme);
        var second = Take(places, Acme);

        taken[0].Dispose();

        await first;
        Assert.False(second.IsCompleted);
        taken[1].Dispose();
        await second;
    }

    [Fact]
    public async Task TakeAsync_NoneGivenBackInTime_IsRefusedAndLeavesTheQueue()
    {
        var places = Places(atOnce: 16);
        var taken = Fill(places, Acme, 16);
        var waiting = Take(places, Acme);

        _clock.Advance(TimeSpan.FromSeconds(1));

        var refusal = await Assert.ThrowsAsync<UnavailableException>(() => waiting);
        Assert.Equal("16 decisions of tenant acme are under way on this silo and 0 wait; send the same request again, with the same id, after a pause", refusal.Message);
        taken[0].Dispose();
        Fill(places, Acme, 1);
        Assert.False(Take(places, Acme).IsCompleted);
    }

    [Fact]
    public async Task TakeAsync_CallerHasGone_LeavesTheQueue()
    {
        var places = Places(atOnce: 16);
        var taken = Fill(places, Acme, 16);
        using var gone = new CancellationTokenSource();
        var waiting = places.TakeAsync(Acme, gone.Token).AsTask();
        var next = Take(places, Acme);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        taken[0].Dispose();
        await next;
    }

    [Fact]
    public void TakeAsync_AnotherTenantHasAllPlaces_GetsItsHalfAtOnceAllTheSame()
    {
        var places = Places(atOnce: 32);
        Fill(places, Acme, 32);

        Fill(places, Zeta, 16);

        Assert.False(Take(places, Zeta).IsCompleted);
    }

    [Fact]
    public async Task TakeAsync_AnotherTenantsQueueIsFull_MayWaitAllTheSame()
    {
        var places = Places(atOnce: 32, waiting: 8);
        Fill(places, Acme, 32);
        var others = Enumerable.Range(0, 8).Select(_ => Take(places, Acme)).ToArray();
        var taken = Fill(places, Zeta, 16);

        var waiting = Enumerable.Range(0, 4).Select(_ => Take(places, Zeta)).ToArray();

        await Assert.ThrowsAsync<UnavailableException>(() => Take(places, Zeta));
        await Assert.ThrowsAsync<UnavailableException>(() => Take(places, Acme));
        taken[0].Dispose();
        await waiting[0];
        Assert.All(others, one => Assert.False(one.IsCompleted));
    }

    [Fact]
    public async Task GiveBack_AboveTheShare_LetsNobodyOfTheSameTenantIn()
    {
        var places = Places(atOnce: 512, shared: 32);
        var flood = Fill(places, Acme, 512);
        Fill(places, Zeta, 16);
        var waiting = Take(places, Acme);

        foreach (var lease in flood.Take(496))
            lease.Dispose();

        Assert.False(waiting.IsCompleted);
        flood[496].Dispose();
        await waiting;
    }

    [Fact]
    public void Adapt_WorkWaits_FewerPlacesUntilNoneDoes()
    {
        var places = Places(atOnce: 32, least: 2, shared: 16);
        Fill(places, Zeta, 1);
        Assert.Equal(8, Most());

        // A fifth less: 12.8; of two tenants each has half of it.
        places.Adapt(isWorkWaiting: true);
        Assert.Equal(6, Most());

        Adapt(100, isWorkWaiting: true);
        Assert.Equal(2, Most());

        Adapt(40, isWorkWaiting: false);
        Assert.Equal(3, Most());

        Adapt(200, isWorkWaiting: false);
        Assert.Equal(8, Most());

        void Adapt(int count, bool isWorkWaiting)
        {
            for (var look = 0; look < count; look++)
                places.Adapt(isWorkWaiting);
        }

        int Most()
        {
            List<DecisionPlaces.Lease> taken = [];
            while (places.TakeAsync(Acme, new CancellationToken(canceled: true)) is { IsCompletedSuccessfully: true } next)
                taken.Add(next.GetAwaiter().GetResult());

            foreach (var lease in taken)
                lease.Dispose();
            return taken.Count;
        }
    }

    [Fact]
    public void Adapt_WorkWaits_OneTenantAloneHasAllPlaces()
    {
        var places = Places(atOnce: 32);
        places.Adapt(isWorkWaiting: true);

        Fill(places, Acme, 32);
    }

    [Fact]
    public void ProcessorProbe_AskedTwice_LooksOnceAndLater()
    {
        List<bool> seen = [];
        var isWorkWaiting = true;
        using var probe = new ProcessorProbe(_clock, () => isWorkWaiting, seen.Add);

        probe.Ask();
        probe.Ask();
        _clock.Advance(TimeSpan.FromMilliseconds(9));
        Assert.Empty(seen);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal([true], seen);

        isWorkWaiting = false;
        probe.Ask();
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal([true, false], seen);
    }

    [Fact]
    public async Task GiveBack_TheOtherTenantHasGoneQuiet_LetsInAllThatWait()
    {
        var places = Places(atOnce: 32, waitMax: TimeSpan.FromMinutes(1));
        Fill(places, Zeta, 1)[0].Dispose();
        var taken = Fill(places, Acme, 16);
        var waiting = Enumerable.Range(0, 18).Select(_ => Take(places, Acme)).ToArray();
        Assert.All(waiting, one => Assert.False(one.IsCompleted));

        _clock.Advance(TimeSpan.FromSeconds(1));
        taken[0].Dispose();

        await Task.WhenAll(waiting[..17]);
        Assert.False(waiting[17].IsCompleted);
    }

    [Fact]
    public void GiveBack_TheOnlyOneUnderWayAskedLongAgo_LeavesAllPlacesFree()
    {
        var places = Places(atOnce: 16);
        var only = Fill(places, Acme, 1)[0];
        _clock.Advance(TimeSpan.FromSeconds(1));

        only.Dispose();

        Fill(places, Acme, 16);
        Assert.False(Take(places, Acme).IsCompleted);
    }

    [Fact]
    public void TakeAsync_TheOtherTenantHasOneUnderWayForLong_KeepsItsShare()
    {
        var places = Places(atOnce: 32);
        Fill(places, Zeta, 1);
        _clock.Advance(TimeSpan.FromMinutes(1));

        Fill(places, Acme, 16);

        Assert.False(Take(places, Acme).IsCompleted);
    }

    [Fact]
    public void TakeAsync_OthersHardlyAsk_HasAllButOneShare()
    {
        var places = Places(atOnce: 20, shared: 20);
        for (var number = 0; number < 9; number++)
            Fill(places, TenantId.Parse($"tenant-{number}"), 1)[0].Dispose();

        Fill(places, Acme, 18);
        Assert.False(Take(places, Acme).IsCompleted);

        Fill(places, TenantId.Parse("tenant-0"), 2);
        Assert.False(Take(places, TenantId.Parse("tenant-0")).IsCompleted);
    }

    [Fact]
    public async Task GiveBack_SeveralTenantsWait_LetsThemInInTurn()
    {
        var places = Places(atOnce: 20, shared: 20);
        for (var number = 0; number < 7; number++)
            Fill(places, TenantId.Parse($"tenant-{number}"), 1)[0].Dispose();
        var others = Fill(places, TenantId.Parse("other"), 2);
        Fill(places, Acme, 8);
        Fill(places, Zeta, 8);
        var ofAcme = Enumerable.Range(0, 2).Select(_ => Take(places, Acme)).ToArray();
        var ofZeta = Enumerable.Range(0, 2).Select(_ => Take(places, Zeta)).ToArray();
        Assert.All(ofAcme.Concat(ofZeta), one => Assert.False(one.IsCompleted));

        others[0].Dispose();
        await ofAcme[0];
        Assert.False(ofZeta[0].IsCompleted);

        others[1].Dispose();
        await ofZeta[0];
        Assert.False(ofAcme[1].IsCompleted);
    }

    [Fact]
    public void TakeAsync_MoreTenantsThanPlaces_EachHasTheLeast()
    {
        var places = Places(atOnce: 16, least: 4);
        for (var number = 0; number < 100; number++)
            Fill(places, TenantId.Parse($"tenant-{number}"), 1);

        Fill(places, Acme, 4);

        Assert.False(Take(places, Acme).IsCompleted);
    }

    [Fact]
    public async Task TakeAsync_ManyAtOnceForALongTime_NeverMoreThanPlacesAndNobodyForgotten()
    {
        var places = Places(atOnce: 16, shared: 16, waiting: 1_000_000, clock: TimeProvider.System, waitMax: TimeSpan.FromMinutes(1));
        var underWay = new int[2];
        var most = new int[2];
        await Task.WhenAll(Enumerable.Range(0, 64).Select(caller => Task.Run(async () =>
        {
            var tenant = caller % 2;
            for (var call = 0; call < 500; call++)
            {
                using var lease = await places.TakeAsync(tenant == 0 ? Acme : Zeta);
                InterlockedMax(ref most[tenant], Interlocked.Increment(ref underWay[tenant]));
                await Task.Yield();
                Interlocked.Decrement(ref underWay[tenant]);
            }
        })));

        Assert.Equal([0, 0], underWay);
        Assert.InRange(most[0], 1, 16);
        Assert.InRange(most[1], 1, 16);
    }

    [Theory]
    [InlineData(15, 1, 0, 1_000, 1_000, 250, "DecisionsAtOnceMax is 15; set it from 16 to 1000000")]
    [InlineData(16, 17, 0, 1_000, 1_000, 250, "DecisionsPerTenantMin is 17; set it from 1 to DecisionsAtOnceMax (16)")]
    [InlineData(16, 1, -1, 1_000, 1_000, 250, "DecisionsWaitingMax is -1; set it from 0 to 1000000")]
    [InlineData(16, 1, 0, 0, 1_000, 250, "WaitMax is 00:00:00; set it from 00:00:00.001 to 00:01:00")]
    [InlineData(16, 1, 0, 1_000, 60_001, 250, "ShareFor is 00:01:00.0010000; set it from 00:00:00 to 00:01:00")]
    [InlineData(16, 1, 0, 1_000, 1_000, 0, "RetryAfter is 00:00:00; set it from 00:00:00.001 to 00:01:00")]
    public void Options_OutOfRange_SayWhatToSet(int atOnce, int least, int waiting, int waitMs, int shareMs, int retryMs, string message)
    {
        var options = new OverloadOptions
        {
            DecisionsAtOnceMax = atOnce,
            DecisionsPerTenantMin = least,
            DecisionsWaitingMax = waiting,
            WaitMax = TimeSpan.FromMilliseconds(waitMs),
            ShareFor = TimeSpan.FromMilliseconds(shareMs),
            RetryAfter = TimeSpan.FromMilliseconds(retryMs),
        };

        var result = new OverloadOptionsValidator().Validate(null, options);

        Assert.Equal([$"GenOps:Overload:{message}"], result.Failures);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value;)
            seen = Interlocked.CompareExchange(ref most, value, seen) is var found && found == seen ? value : found;
    }

    private static Task<DecisionPlaces.Lease> Take(DecisionPlaces places, TenantId tenant) => places.TakeAsync(tenant).AsTask();

    private static DecisionPlaces.Lease[] Fill(DecisionPlaces places, TenantId tenant, int count) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
        {
            var taken = places.TakeAsync(tenant);
            Assert.True(taken.IsCompletedSuccessfully);
            return taken.GetAwaiter().GetResult();
        }),
    ];

    private DecisionPlaces Places(
        int atOnce, int least = 1, int shared = 32, int waiting = 1_000, TimeProvider? clock = null, TimeSpan? waitMax = null) =>
        new(Options.Create(new OverloadOptions
        {
            DecisionsAtOnceMax = atOnce,
            DecisionsPerTenantMin = least,
            DecisionsSharedMax = shared,
            DecisionsWaitingMax = waiting,
            WaitMax = waitMax ?? TimeSpan.FromSeconds(1),
        }), clock ?? _clock);
}
