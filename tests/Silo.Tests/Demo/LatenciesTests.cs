using GenOps.ControlPlane.Silo.Demo.Replays;

namespace GenOps.ControlPlane.Silo.Tests.Demo;

public sealed class LatenciesTests
{
    [Fact]
    public void Of_HundredTimes_TakesTheNearestRank() => Assert.Equal(
        new Latencies(50, 95, 99, 100),
        Latencies.Of(Enumerable.Range(1, 100).Reverse().Select(ms => TimeSpan.FromMilliseconds(ms))));

    [Fact]
    public void Of_OneTime_IsEveryPercentile() =>
        Assert.Equal(new Latencies(1.234, 1.234, 1.234, 1.234), Latencies.Of([TimeSpan.FromMicroseconds(1_234.4)]));

    [Fact]
    public void Of_NoTimes_IsZero() => Assert.Equal(new Latencies(0, 0, 0, 0), Latencies.Of([]));
}
