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
    public void Take_OneTenantAlone_HasAllPlaces()
    {
        var places = Places(atOnce: 32);

        Fill(places, Acme, 32);

        Assert.Throws<UnavailableException>(() => places.Take(Acme));
    }

    [Fact]
    public void Take_NoPlaceLeft_SaysWhenToComeBack()
    {
        var places = Places(atOnce: 16);
        Fill(places, Acme, 16);

        var refusal = Assert.Throws<UnavailableException>(() => places.Take(Acme));

        Assert.Equal("overloaded", refusal.Code);
        Assert.Equal(TimeSpan.FromMilliseconds(250), refusal.RetryAfter);
        Assert.Equal("16 decisions of tenant acme are under way on this silo; send the same request again, with the same id, after a pause", refusal.Message);
    }

    [Fact]
    public void Take_AnotherTenantHasAllPlaces_GetsItsHalfAllTheSame()
    {
        var places = Places(atOnce: 32);
        Fill(places, Acme, 32);

        Fill(places, Zeta, 16);

        Assert.Throws<UnavailableException>(() => places.Take(Zeta));
    }

    [Fact]
    public void Take_TenantsShare_HaveFewerThanOneAlone()
    {
        var places = Places(atOnce: 512, shared: 32);
        var flood = Fill(places, Acme, 512);
        Fill(places, Zeta, 16);
        Assert.Throws<UnavailableException>(() => places.Take(Zeta));

        foreach (var lease in flood.Take(496))
            lease.Dispose();

        Assert.Throws<UnavailableException>(() => places.Take(Acme));
        flood[496].Dispose();
        places.Take(Acme);
    }

    [Fact]
    public void GiveBack_AboveTheShare_IsNotTakenAgainByTheSameTenant()
    {
        var places = Places(atOnce: 32);
        var flood = Fill(places, Acme, 32);
        Fill(places, Zeta, 1);

        foreach (var lease in flood.Take(16))
            lease.Dispose();

        Assert.Throws<UnavailableException>(() => places.Take(Acme));
        flood[16].Dispose();
        places.Take(Acme);
    }

    [Fact]
    public void Take_TheOtherTenantHasGoneQuiet_HasAllPlacesAgain()
    {
        var places = Places(atOnce: 32);
        Fill(places, Zeta, 1)[0].Dispose();
        Fill(places, Acme, 16);
        Assert.Throws<UnavailableException>(() => places.Take(Acme));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Fill(places, Acme, 16);

        Assert.Throws<UnavailableException>(() => places.Take(Acme));
    }

    [Fact]
    public void Take_TheOtherTenantHasOneUnderWayForLong_KeepsItsShare()
    {
        var places = Places(atOnce: 32);
        Fill(places, Zeta, 1);
        _clock.Advance(TimeSpan.FromMinutes(1));

        Fill(places, Acme, 16);

        Assert.Throws<UnavailableException>(() => places.Take(Acme));
    }

    [Fact]
    public void Take_MoreTenantsThanPlaces_EachHasTheLeast()
    {
        var places = Places(atOnce: 16, least: 4);
        for (var number = 0; number < 100; number++)
            Fill(places, TenantId.Parse($"tenant-{number}"), 1);

        Fill(places, Acme, 4);

        Assert.Throws<UnavailableException>(() => places.Take(Acme));
    }

    [Theory]
    [InlineData(15, 1, 1_000, 250, "DecisionsAtOnceMax is 15; set it from 16 to 1000000")]
    [InlineData(16, 17, 1_000, 250, "DecisionsPerTenantMin is 17; set it from 1 to DecisionsAtOnceMax (16)")]
    [InlineData(16, 1, 60_001, 250, "ShareFor is 00:01:00.0010000; set it from 00:00:00 to 00:01:00")]
    [InlineData(16, 1, 1_000, 0, "RetryAfter is 00:00:00; set it from 00:00:00.001 to 00:01:00")]
    public void Options_OutOfRange_SayWhatToSet(int atOnce, int least, int shareMs, int retryMs, string message)
    {
        var options = new OverloadOptions
        {
            DecisionsAtOnceMax = atOnce,
            DecisionsPerTenantMin = least,
            ShareFor = TimeSpan.FromMilliseconds(shareMs),
            RetryAfter = TimeSpan.FromMilliseconds(retryMs),
        };

        var result = new OverloadOptionsValidator().Validate(null, options);

        Assert.Equal([$"GenOps:Overload:{message}"], result.Failures);
    }

    private static DecisionPlaces.Lease[] Fill(DecisionPlaces places, TenantId tenant, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => places.Take(tenant))];

    private DecisionPlaces Places(int atOnce, int least = 1, int shared = 32) =>
        new(Options.Create(new OverloadOptions { DecisionsAtOnceMax = atOnce, DecisionsPerTenantMin = least, DecisionsSharedMax = shared }), _clock);
}
