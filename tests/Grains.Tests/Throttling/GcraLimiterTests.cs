namespace GenOps.ControlPlane.Throttling;

public sealed class GcraLimiterTests
{
    private static readonly DateTimeOffset T0 = Throttles.T0;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void Take_TheWholeLimitAtOnce_ThenOneAtATimeEvenly()
    {
        var limiter = Limiter(60);
        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(TimeSpan.Zero, limiter.WaitFor(1, T0));
            limiter.Take(1, T0);
        }

        Assert.Equal(TimeSpan.FromSeconds(1), limiter.WaitFor(1, T0));
        Assert.Equal(TimeSpan.FromTicks(1), limiter.WaitFor(1, T0.AddSeconds(1).AddTicks(-1)));
        Assert.Equal(TimeSpan.Zero, limiter.WaitFor(1, T0.AddSeconds(1)));
        Assert.Equal(TimeSpan.FromSeconds(59), limiter.WaitFor(60, T0.AddSeconds(1)));
    }

    [Theory]
    [InlineData(7, 85_714_286)]
    [InlineData(1, 600_000_000)]
    [InlineData(600_000_001, 1)]
    public void WaitFor_ALimitThatDoesNotDivideTheMinute_IsTheNextWholeTick(long limit, long ticks)
    {
        var limiter = Limiter(limit);
        limiter.Take(limit, T0);

        Assert.Equal(ticks, limiter.WaitFor(1, T0).Ticks);
    }

    [Fact]
    public void WaitFor_SeventhsOfAMinute_DoNotDrift()
    {
        var limiter = Limiter(7);
        limiter.Take(7, T0);
        var now = T0;
        for (var i = 0; i < 7; i++)
        {
            now += limiter.WaitFor(1, now);
            limiter.Take(1, now);
        }

        Assert.Equal(T0.AddMinutes(1), now);
    }

    [Fact]
    public void Take_BeyondTheLimit_IsWaitedFor()
    {
        var limiter = Limiter(100);
        limiter.Take(250, T0);

        Assert.Equal(TimeSpan.FromSeconds(90), limiter.WaitFor(0, T0));
        Assert.Equal(TimeSpan.FromSeconds(96), limiter.WaitFor(10, T0));
    }

    [Fact]
    public void Take_FarBeyondTheLimit_IsWaitedForAnHourAndAMinuteAtMost()
    {
        var limiter = Limiter(100);
        limiter.Take(1_000_000_000_000, T0);

        Assert.Equal(TimeSpan.FromMinutes(61), limiter.WaitFor(100, T0));
    }

    [Fact]
    public void GiveBack_WhatHasNotRunOff_IsThereAgain()
    {
        var limiter = Limiter(100);
        var mark = limiter.Take(80, T0);
        limiter.GiveBack(50, mark, T0);

        Assert.Equal(TimeSpan.Zero, limiter.WaitFor(70, T0));
        Assert.Equal(TimeSpan.FromMilliseconds(600), limiter.WaitFor(71, T0));
    }

    [Fact]
    public void GiveBack_WhatHasRunOffMeanwhile_GivesNothingOfOthers()
    {
        var limiter = Limiter(100);
        var mark = limiter.Take(100, T0);
        limiter.Take(100, T0.AddMinutes(1));
        limiter.GiveBack(100, mark, T0.AddMinutes(1));

        Assert.Equal(TimeSpan.FromMinutes(1), limiter.WaitFor(100, T0.AddMinutes(1)));
    }

    [Fact]
    public void GiveBack_HalfRunOff_GivesTheOtherHalf()
    {
        var limiter = Limiter(100);
        var mark = limiter.Take(100, T0);
        limiter.Take(50, T0.AddSeconds(30));
        limiter.GiveBack(100, mark, T0.AddSeconds(30));

        Assert.Equal(TimeSpan.FromSeconds(30), limiter.WaitFor(100, T0.AddSeconds(30)));
    }

    [Fact]
    public void GiveBack_AfterAllRanOffSooner_GivesNothing()
    {
        var limiter = Limiter(100);
        var first = limiter.Take(50, T0);
        var second = limiter.Take(50, T0);
        limiter.GiveBack(50, first, T0);
        limiter.Take(100, T0.AddSeconds(30));
        limiter.GiveBack(50, second, T0.AddSeconds(30));

        Assert.Equal(TimeSpan.FromMinutes(1), limiter.WaitFor(100, T0.AddSeconds(30)));
    }

    [Fact]
    public void Change_ToMore_LeavesWhatIsUsedAndGivesTheRestAtOnce()
    {
        var limiter = Limiter(10);
        limiter.Take(10, T0);
        limiter.Change(100, T0);

        Assert.Equal(TimeSpan.Zero, limiter.WaitFor(90, T0));
        Assert.Equal(TimeSpan.FromMilliseconds(600), limiter.WaitFor(91, T0));
    }

    [Fact]
    public void Change_ToLess_KeepsNobodyWaitingLongerThanAMinute()
    {
        var limiter = Limiter(1000);
        limiter.Take(1000, T0);
        limiter.Change(2, T0);

        Assert.Equal(TimeSpan.FromSeconds(30), limiter.WaitFor(1, T0));
        Assert.Equal(TimeSpan.FromMinutes(1), limiter.WaitFor(2, T0));
    }

    [Fact]
    public void Change_ToLessWithDebt_KeepsTheDebt()
    {
        var limiter = Limiter(100);
        limiter.Take(120, T0);
        limiter.Change(10, T0);

        Assert.Equal(TimeSpan.FromMinutes(2), limiter.WaitFor(0, T0));
    }

    [Fact]
    public void WaitFor_AClockThatWasSetBack_IsExactAllTheSame()
    {
        var limiter = Limiter(60);
        limiter.Take(60, T0);
        var back = T0.AddSeconds(-5);
        var wait = limiter.WaitFor(1, back);

        Assert.Equal(TimeSpan.FromSeconds(6), wait);
        Assert.Equal(TimeSpan.FromTicks(1), limiter.WaitFor(1, back + wait - TimeSpan.FromTicks(1)));
        Assert.Equal(TimeSpan.Zero, limiter.WaitFor(1, back + wait));
    }

    [Fact]
    public void WaitFor_TheGreatestLimit_DoesNotOverflow()
    {
        var limiter = Limiter(long.MaxValue);
        limiter.Take(long.MaxValue, T0);
        limiter.Take(long.MaxValue, T0);

        Assert.Equal(TimeSpan.FromMinutes(2), limiter.WaitFor(long.MaxValue, T0));
        Assert.True(limiter.IsIdle(T0.AddYears(100)));
    }

    [Fact]
    public void IsIdle_OnlyOnceAllHasRunOff()
    {
        var limiter = Limiter(3);
        Assert.True(limiter.IsIdle(T0));
        limiter.Take(1, T0);

        Assert.False(limiter.IsIdle(T0.AddSeconds(20).AddTicks(-1)));
        Assert.True(limiter.IsIdle(T0.AddSeconds(20)));
    }

    private static GcraLimiter Limiter(long limit) => new(limit, Hour, T0);
}
