using CsCheck;

namespace GenOps.ControlPlane.Throttling;

public sealed class GcraLimiterProperties
{
    private static readonly DateTimeOffset T0 = Throttles.T0;

    private static readonly Gen<long> Limits = Gen.OneOf(Gen.Long[1, 20], Gen.Long[1, 1_000_000_000], Gen.Const(600_000_000L), Gen.Const(7L));

    private static readonly Gen<long> Pauses = Gen.OneOf(
        Gen.Const(0L), Gen.Long[0, 3], Gen.Long[0, TimeSpan.TicksPerSecond], Gen.Long[0, 3 * TimeSpan.TicksPerMinute]);

    [Fact]
    public void AnyAttempts_InAnyStretch_AdmitNoMoreThanLimitPlusLimitTimesElapsed() =>
        Gen.Select(Limits, Gen.Select(Pauses, Gen.Double[0, 1]).Array[1, 40]).Sample(
            (limit, attempts) =>
            {
                var limiter = new GcraLimiter(limit, TimeSpan.FromHours(1), T0);
                var now = T0;
                List<(DateTimeOffset At, long Count)> admitted = [];
                foreach (var (pause, part) in attempts)
                {
                    now = now.AddTicks(pause);
                    var count = Math.Max(1, (long)(part * limit));
                    if (limiter.WaitFor(count, now) > TimeSpan.Zero)
                        continue;
                    limiter.Take(count, now);
                    admitted.Add((now, count));
                }

                for (var from = 0; from < admitted.Count; from++)
                {
                    Int128 sum = 0;
                    for (var to = from; to < admitted.Count; to++)
                    {
                        sum += admitted[to].Count;
                        var elapsed = (admitted[to].At - admitted[from].At).Ticks;
                        Assert.True(
                            (sum - limit) * TimeSpan.TicksPerMinute <= (Int128)limit * elapsed,
                            $"{sum} of {limit} a minute in {elapsed} ticks");
                    }
                }
            },
            iter: 20_000);

    [Fact]
    public void AnyWait_IsExactToTheTick_AlsoAfterChangesDebtsAndWhatIsGivenBack() =>
        Gen.Select(Limits, Gen.Select(Pauses, Gen.Int[0, 3], Gen.Double[0, 2.5], Limits).Array[1, 20], Gen.Double[0, 1]).Sample(
            (first, steps, part) =>
            {
                var limiter = new GcraLimiter(first, TimeSpan.FromHours(1), T0);
                var now = T0;
                Int128 mark = 0;
                foreach (var (pause, kind, much, limit) in steps)
                {
                    now = now.AddTicks(pause);
                    if (kind == 0)
                        limiter.Change(limit, now);
                    else if (kind == 1)
                        limiter.GiveBack((long)(much * limiter.Limit), mark, now);
                    else
                        mark = limiter.Take((long)(much * limiter.Limit), now);
                }

                var count = (long)(part * limiter.Limit);
                var wait = limiter.WaitFor(count, now);

                Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromMinutes(61));
                if (wait > TimeSpan.Zero)
                    Assert.Equal(1, limiter.WaitFor(count, now + wait - TimeSpan.FromTicks(1)).Ticks);
                Assert.Equal(TimeSpan.Zero, limiter.WaitFor(count, now + wait));
            },
            iter: 20_000);

    [Fact]
    public void AnyPaceOfAsking_ChangesNothing() =>
        Gen.Select(Limits, Pauses.Array[1, 20]).Sample(
            (limit, pauses) =>
            {
                var asked = new GcraLimiter(limit, TimeSpan.FromHours(1), T0);
                var left = new GcraLimiter(limit, TimeSpan.FromHours(1), T0);
                asked.Take(2 * (Int128)limit, T0);
                left.Take(2 * (Int128)limit, T0);
                var now = T0;
                foreach (var pause in pauses)
                {
                    now = now.AddTicks(pause);
                    asked.WaitFor(1, now);
                }

                Assert.Equal(left.WaitFor(limit, now), asked.WaitFor(limit, now));
            },
            iter: 10_000);
}
