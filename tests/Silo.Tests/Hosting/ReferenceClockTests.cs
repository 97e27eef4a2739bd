using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Silo.Tests.Hosting;

/// <summary>A member's clock is the database's as soon as its own is wrong.</summary>
public sealed class ReferenceClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _machine = new(Noon);

    [Fact]
    public void Reading_OfAnAnswerHalfwayThrough_HasTheDifferenceAndItsLeast()
    {
        var reading = ClockReading.Of(Noon, TimeSpan.FromSeconds(1), Noon - TimeSpan.FromSeconds(2.5));

        Assert.Equal(TimeSpan.FromSeconds(3), reading.Ahead);
        Assert.Equal(TimeSpan.FromSeconds(2.5), reading.LeastSkew);
    }

    [Fact]
    public void Reading_WhoseRoundTripExplainsTheDifference_HasNoSkew() =>
        Assert.Equal(TimeSpan.Zero, new ClockReading(TimeSpan.FromMilliseconds(-400), TimeSpan.FromSeconds(1)).LeastSkew);

    [Theory]
    [InlineData(3_600, "the clock is 3600.0 s ahead of PostgreSQL's, at most 2.0 s is allowed; set this machine's clock right")]
    [InlineData(-90, "the clock is 90.0 s behind PostgreSQL's, at most 2.0 s is allowed; set this machine's clock right")]
    public void Clock_FarOff_IsNotReadyAndGoesByTheDatabase(int aheadSeconds, string why)
    {
        var clock = Clock();

        clock.Take(new ClockReading(TimeSpan.FromSeconds(aheadSeconds), TimeSpan.FromMilliseconds(2)));

        Assert.Equal(why, clock.WhyNotReady);
        Assert.Equal(Noon - TimeSpan.FromSeconds(aheadSeconds), clock.GetUtcNow());
        Assert.Equal(_machine.GetTimestamp(), clock.GetTimestamp());
    }

    [Fact]
    public void Clock_OffByASecond_IsReadyAndGoesByTheDatabase()
    {
        var clock = Clock();

        clock.Take(new ClockReading(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(2)));

        Assert.Null(clock.WhyNotReady);
        Assert.Equal(Noon - TimeSpan.FromSeconds(1), clock.GetUtcNow());
    }

    [Fact]
    public void Clock_AsGoodAsAny_IsItsOwn()
    {
        var clock = Clock();

        clock.Take(new ClockReading(TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(2)));

        Assert.Null(clock.WhyNotReady);
        Assert.Equal(Noon, clock.GetUtcNow());
    }

    [Fact]
    public void Clock_SetRight_IsReadyAgain()
    {
        var clock = Clock();
        clock.Take(new ClockReading(TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(2)));

        clock.Take(new ClockReading(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)));

        Assert.Null(clock.WhyNotReady);
        Assert.Equal(TimeSpan.Zero, clock.Correction);
    }

    [Fact]
    public void Clock_ReadOverAVerySlowAnswer_KeepsWhatItKnows()
    {
        var clock = Clock();
        clock.Take(new ClockReading(TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(2)));

        clock.Take(new ClockReading(TimeSpan.Zero, TimeSpan.FromSeconds(1.5)));

        Assert.Equal(TimeSpan.FromHours(-1), clock.Correction);
        Assert.NotNull(clock.WhyNotReady);
    }

    [Fact]
    public void Clock_NeverCompared_IsNotReady()
    {
        var clock = Clock();

        clock.Take(new ClockReading(TimeSpan.Zero, TimeSpan.FromSeconds(1.5)));

        Assert.Equal("the clock was not compared with PostgreSQL's yet; the database answers too slowly", clock.WhyNotReady);
        clock.Take(new ClockReading(TimeSpan.Zero, TimeSpan.FromMilliseconds(2)));
        Assert.Null(clock.WhyNotReady);
    }

    [Fact]
    public void Clock_AVerySlowAnswerThatProvesItWrong_IsNotReadyAndGoesByTheDatabase()
    {
        var clock = Clock();

        clock.Take(new ClockReading(TimeSpan.FromHours(1), TimeSpan.FromSeconds(4)));

        Assert.StartsWith("the clock is 3600.0 s ahead of PostgreSQL's", clock.WhyNotReady);
        Assert.Equal(TimeSpan.FromHours(-1), clock.Correction);
    }

    private ReferenceClock Clock() => new(_machine, Options.Create(new ClusterMemberOptions()), NullLogger<ReferenceClock>.Instance);
}
