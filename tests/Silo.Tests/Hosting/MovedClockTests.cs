using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Tests.Hosting;

/// <summary>A machine's clock that is moved between two looks at the database's: nobody's time jumps.</summary>
public sealed class MovedClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(2);

    private readonly Machine _machine = new();
    private readonly ReferenceClock _clock;

    public MovedClockTests()
    {
        _clock = new ReferenceClock(_machine, Options.Create(new ClusterMemberOptions()), NullLogger<ReferenceClock>.Instance);
        _clock.Take(new ClockReading(TimeSpan.Zero, TimeSpan.FromMilliseconds(2)));
    }

    [Theory]
    [InlineData(3_600)]
    [InlineData(-3_600)]
    public void Clock_MovedByAnHour_GoesOnAsIfItWereNot(int seconds)
    {
        _clock.Take(new ClockReading(TimeSpan.Zero, Quick));
        Move(seconds);

        _machine.Elapsed += TimeSpan.FromMilliseconds(500);

        Assert.Equal(Noon + TimeSpan.FromMilliseconds(500), _clock.GetUtcNow());
    }

    [Fact]
    public void Clock_Moved_IsNotReadyFromTheSecondReadingOn_AndItsTimeStaysTrue()
    {
        _clock.Take(new ClockReading(TimeSpan.Zero, Quick));
        Move(3_600);

        _clock.Take(new ClockReading(TimeSpan.FromHours(1), Quick));
        Assert.Equal(Noon, _clock.GetUtcNow());
        Assert.Null(_clock.WhyNotReady);

        _clock.Take(new ClockReading(TimeSpan.FromHours(1), Quick));
        Assert.Equal(Noon, _clock.GetUtcNow());
        Assert.NotNull(_clock.WhyNotReady);
    }

    [Fact]
    public void Clock_MovedBetweenQuestionAndAnswer_DoesNotBelieveTheReading()
    {
        _clock.Take(new ClockReading(TimeSpan.Zero, Quick));
        Move(3_600);

        _clock.Take(new ClockReading(TimeSpan.Zero, Quick));

        Assert.Equal(Noon, _clock.GetUtcNow());
    }

    [Fact]
    public void Clock_SetRight_IsItsOwnAgain()
    {
        _clock.Take(new ClockReading(TimeSpan.FromHours(1), Quick));
        Move(-3_600);
        Assert.Equal(Noon - TimeSpan.FromHours(1), _clock.GetUtcNow());

        _clock.Take(new ClockReading(TimeSpan.Zero, Quick));
        _clock.Take(new ClockReading(TimeSpan.Zero, Quick));

        Assert.Equal((TimeSpan.Zero, (string?)null), (_clock.Correction, _clock.WhyNotReady));
        Assert.Equal(_machine.GetUtcNow(), _clock.GetUtcNow());
    }

    private void Move(int seconds) => _machine.Moved += TimeSpan.FromSeconds(seconds);

    /// <summary>A machine whose time of day can be set, while durations go on.</summary>
    private sealed class Machine : TimeProvider
    {
        public TimeSpan Elapsed { get; set; }

        public TimeSpan Moved { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Noon + Elapsed + Moved;

        public override long GetTimestamp() => Elapsed.Ticks;
    }
}
