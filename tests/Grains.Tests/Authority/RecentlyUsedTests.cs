namespace GenOps.ControlPlane.Authority;

public sealed class RecentlyUsedTests
{
    [Fact]
    public void Replace_MoreThanTheBound_KeepsWhatIsUsedAndForgetsTheRest()
    {
        var values = new RecentlyUsed<int, string>(10);
        values.Replace(0, null, "used");

        for (var i = 1; i <= 100; i++)
        {
            values.Replace(i, null, "once");
            Assert.True(values.TryGetValue(0, out var used));
            Assert.Equal("used", used);
            Assert.InRange(values.Count, 1, 10);
        }

        Assert.False(values.TryGetValue(50, out _));
        Assert.True(values.TryGetValue(100, out _));
    }

    [Fact]
    public void Replace_BoundOfOne_KeepsTheNewest()
    {
        var values = new RecentlyUsed<int, string>(1);

        Assert.Equal("a", values.Replace(1, null, "a"));
        Assert.Equal("b", values.Replace(2, null, "b"));

        Assert.Equal(1, values.Count);
        Assert.False(values.TryGetValue(1, out _));
        Assert.True(values.TryGetValue(2, out _));
    }

    [Fact]
    public void Replace_SomebodyWasQuicker_GivesTheirs()
    {
        var values = new RecentlyUsed<int, string>(10);
        values.Replace(1, null, "a");

        Assert.Equal("a", values.Replace(1, null, "b"));
        Assert.Equal("c", values.Replace(1, "a", "c"));
        Assert.Equal("c", values.Replace(1, "a", "d"));
    }

    [Fact]
    public void Replace_KnownWasForgotten_TakesItsPlace()
    {
        var values = new RecentlyUsed<int, string>(1);
        values.Replace(1, null, "a");
        values.Replace(2, null, "b");

        Assert.Equal("c", values.Replace(1, "a", "c"));
    }

    [Fact]
    public void Forget_WhatTookItsPlace_Stays()
    {
        var values = new RecentlyUsed<int, string>(10);
        values.Replace(1, null, "a");
        values.Replace(1, "a", "b");

        values.Forget(1, "a");
        Assert.True(values.TryGetValue(1, out _));
        values.Forget(1, "b");
        Assert.False(values.TryGetValue(1, out _));
    }
}
