namespace GenOps.ControlPlane.Throttling;

public sealed class LatencyHistoryTests
{
    private readonly LatencyHistory _history = new(Throttles.Options);

    [Theory]
    [InlineData(20, 19)]
    [InlineData(21, 20)]
    [InlineData(100, 95)]
    [InlineData(101, 96)]
    [InlineData(128, 122)]
    public void P95_OfOneToN_IsTheNearestRank(int count, long expected)
    {
        foreach (var latencyMs in Enumerable.Range(1, count).OrderBy(each => each * 7919 % 131))
            _history.Add(latencyMs, Throttles.T0);

        Assert.Equal(new LatencyPercentile(expected, count), _history.P95(Throttles.T0));
    }

    [Fact]
    public void P95_FewerThanTwenty_SaysNothing()
    {
        for (var i = 0; i < 19; i++)
            _history.Add(1, Throttles.T0);
        Assert.Null(_history.P95(Throttles.T0));
        _history.Add(1, Throttles.T0);

        Assert.Equal(new LatencyPercentile(1, 20), _history.P95(Throttles.T0));
    }

    [Fact]
    public void Add_TheHundredAndTwentyNinth_ForgetsTheFirst()
    {
        _history.Add(1_000_000, Throttles.T0);
        for (var i = 0; i < 128; i++)
            _history.Add(i < 6 ? 500 : 5, Throttles.T0);

        Assert.Equal(new LatencyPercentile(5, 128), _history.P95(Throttles.T0));
        _history.Add(500, Throttles.T0);
        Assert.Equal(new LatencyPercentile(5, 128), _history.P95(Throttles.T0));
        _history.Add(500, Throttles.T0);
        for (var i = 0; i < 5; i++)
            _history.Add(500, Throttles.T0);
        Assert.Equal(new LatencyPercentile(500, 128), _history.P95(Throttles.T0));
    }

    [Fact]
    public void P95_SamplesOfTenMinutesAgo_NoLongerCount()
    {
        for (var i = 0; i < 20; i++)
            _history.Add(900, Throttles.At(i));

        Assert.Equal(20, _history.P95(Throttles.At(600))!.Value.Samples);
        Assert.Null(_history.P95(Throttles.At(600).AddTicks(1)));
        Assert.False(_history.IsIdle(Throttles.At(619)));
        Assert.True(_history.IsIdle(Throttles.At(619).AddTicks(1)));
    }
}
