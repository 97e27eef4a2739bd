using CsCheck;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Throttling;

public sealed class CircuitBreakerTests
{
    private readonly CircuitBreaker _breaker = new(Throttles.Options);
    private int _next = 1_000;

    [Fact]
    public void End_FiveFailuresInARowWithinAMinute_OpensForHalfAMinute()
    {
        Fail(0, 15, 30, 45);
        Assert.True(_breaker.IsClosed);
        Fail(60);

        Assert.False(_breaker.IsClosed);
        Assert.Equal(TimeSpan.FromSeconds(30), _breaker.WaitFor(Throttles.At(60)));
        Assert.Equal(TimeSpan.FromTicks(1), _breaker.WaitFor(Throttles.At(90).AddTicks(-1)));
        Assert.Equal(TimeSpan.Zero, _breaker.WaitFor(Throttles.At(90)));
    }

    [Fact]
    public void End_FiveFailuresOverMoreThanAMinute_StaysClosed()
    {
        Fail(0, 15, 30, 45);
        _breaker.End(Throttles.Id(_next++), Outcome.Failed, Throttles.At(60).AddTicks(1));

        Assert.True(_breaker.IsClosed);
    }

    [Fact]
    public void End_ASuccessInBetween_BeginsTheRowAnew()
    {
        Fail(0, 1, 2, 3);
        _breaker.End(Throttles.Id(1), Outcome.Succeeded, Throttles.At(4));
        Fail(5, 6, 7, 8);

        Assert.True(_breaker.IsClosed);
    }

    [Theory]
    [InlineData(Outcome.Unknown)]
    [InlineData(null)]
    public void End_OfWhichNobodyKnows_SaysNothing(Outcome? outcome)
    {
        Fail(0, 1, 2, 3);
        _breaker.End(Throttles.Id(1), outcome, Throttles.At(4));
        Assert.True(_breaker.IsClosed);
        Fail(5);

        Assert.False(_breaker.IsClosed);
    }

    [Fact]
    public void Begin_HalfOpen_LetsOneProbeThroughAtATime()
    {
        Open();
        _breaker.Begin(Throttles.Id(1), Throttles.At(150), Throttles.At(30));

        Assert.Equal(TimeSpan.FromSeconds(120), _breaker.WaitFor(Throttles.At(30)));
        _breaker.Extend(Throttles.Id(1), Throttles.At(200));
        Assert.Equal(TimeSpan.FromSeconds(170), _breaker.WaitFor(Throttles.At(30)));
    }

    [Fact]
    public void End_AProbeThatSucceeds_Closes()
    {
        Open();
        Probe(1, 30, Outcome.Succeeded);

        Assert.True(_breaker.IsClosed);
        Assert.Equal(TimeSpan.Zero, _breaker.WaitFor(Throttles.At(30)));
        Open(100);
        Assert.Equal(TimeSpan.FromSeconds(30), _breaker.WaitFor(Throttles.At(100)));
    }

    [Fact]
    public void End_ProbesThatFail_OpenForTwiceAsLongUpToFiveMinutes()
    {
        Open();
        var now = 30.0;
        foreach (var seconds in (int[])[60, 120, 240, 300, 300])
        {
            Probe(1, now, Outcome.Failed);
            Assert.Equal(TimeSpan.FromSeconds(seconds), _breaker.WaitFor(Throttles.At(now)));
            now += seconds;
        }
    }

    [Theory]
    [InlineData(Outcome.Unknown)]
    [InlineData(null)]
    public void End_AProbeOfWhichNobodyKnows_FreesItsPlace(Outcome? outcome)
    {
        Open();
        Probe(1, 30, outcome);

        Assert.False(_breaker.IsClosed);
        Assert.Equal(TimeSpan.Zero, _breaker.WaitFor(Throttles.At(30)));
    }

    [Fact]
    public void WaitFor_AProbeThatNeverReports_FreesItsPlaceWhenItLapses()
    {
        Open();
        _breaker.Begin(Throttles.Id(1), Throttles.At(150), Throttles.At(30));

        Assert.Equal(TimeSpan.FromTicks(1), _breaker.WaitFor(Throttles.At(150).AddTicks(-1)));
        Assert.Equal(TimeSpan.Zero, _breaker.WaitFor(Throttles.At(150)));
        _breaker.Begin(Throttles.Id(2), Throttles.At(200), Throttles.At(150));
        _breaker.End(Throttles.Id(1), Outcome.Succeeded, Throttles.At(151));
        Assert.False(_breaker.IsClosed);
        _breaker.End(Throttles.Id(2), Outcome.Succeeded, Throttles.At(152));
        Assert.True(_breaker.IsClosed);
    }

    [Fact]
    public void End_WhatBeganBeforeItOpened_ChangesNothing()
    {
        Open();
        _breaker.End(Throttles.Id(8), Outcome.Succeeded, Throttles.At(1));
        _breaker.End(Throttles.Id(9), Outcome.Failed, Throttles.At(2));

        Assert.Equal(TimeSpan.FromSeconds(28), _breaker.WaitFor(Throttles.At(2)));
    }

    [Fact]
    public void IsIdle_OpenAndNobodyTried_OnlyAfterTheLongestPause()
    {
        Open();

        Assert.False(_breaker.IsIdle(Throttles.At(330).AddTicks(-1)));
        Assert.True(_breaker.IsIdle(Throttles.At(330)));
    }

    [Fact]
    public void AnyHistory_OfABreaker_LetsOneProbeThroughAndClosesOnlyByItsSuccess() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 40], Gen.Int[0, 90], Gen.Int[0, 9]).Array[1, 80].Sample(steps =>
        {
            var breaker = new CircuitBreaker(Throttles.Options);
            List<(WorkloadId Id, bool IsProbe, DateTimeOffset Until)> running = [];
            var now = Throttles.T0;
            var next = 1;
            foreach (var (kind, pause, lasts, pick) in steps)
            {
                now = now.AddSeconds(pause);
                if (kind == 0 && breaker.WaitFor(now) == TimeSpan.Zero)
                {
                    var isProbe = !breaker.IsClosed;
                    Assert.False(isProbe && running.Any(one => one.IsProbe && one.Until > now), "two probes at once");
                    running.RemoveAll(one => isProbe && one.IsProbe);
                    running.Add((Throttles.Id(next), isProbe, now.AddSeconds(lasts + 1)));
                    breaker.Begin(Throttles.Id(next++), now.AddSeconds(lasts + 1), now);
                }
                else if (kind > 0 && running.Count > 0)
                {
                    var one = running[pick % running.Count];
                    running.Remove(one);
                    var wasClosed = breaker.IsClosed;
                    var outcome = (Outcome)(pick % 3);
                    breaker.End(one.Id, outcome, now);
                    if (!wasClosed)
                        Assert.Equal(one.IsProbe && outcome == Outcome.Succeeded, breaker.IsClosed);
                    if (breaker.IsClosed)
                        running = [.. running.Select(each => each with { IsProbe = false })];
                }

                Assert.InRange(breaker.WaitFor(now), TimeSpan.Zero, TimeSpan.FromMinutes(5));
            }
        },
        iter: 20_000);

    private void Fail(params ReadOnlySpan<double> seconds)
    {
        foreach (var each in seconds)
            _breaker.End(Throttles.Id(_next++), Outcome.Failed, Throttles.At(each));
    }

    private void Open(double seconds = 0) => Fail(seconds, seconds, seconds, seconds, seconds);

    private void Probe(int number, double seconds, Outcome? outcome)
    {
        _breaker.Begin(Throttles.Id(number), Throttles.At(seconds + 120), Throttles.At(seconds));
        _breaker.End(Throttles.Id(number), outcome, Throttles.At(seconds));
    }
}
