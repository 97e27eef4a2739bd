using System.Runtime.CompilerServices;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>The timers of a simulated process, which the seed alone may move.</summary>
public sealed class SkewedClockTests
{
    [Fact]
    public void PeriodicTimer_AbandonedAndCollected_StaysOnTheClock()
    {
        var world = new SimulatedWorld(1);
        world.Run(() => true);
        var ticks = new StrongBox<int>();
        var owner = Abandon(world, ticks);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        world.Clock.Advance(TimeSpan.FromSeconds(3));

        Assert.False(owner.IsAlive);
        Assert.Equal(3, ticks.Value);
    }

    [Fact]
    public void PeriodicTimer_DisposedByTheSimulation_LeavesTheClock()
    {
        var world = new SimulatedWorld(1);
        world.Run(() => true);
        var ticks = new StrongBox<int>();

        using (Every(world, ticks))
            world.Clock.Advance(TimeSpan.FromSeconds(2));
        world.Clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(2, ticks.Value);
    }

    private static ITimer Every(SimulatedWorld world, StrongBox<int> ticks) =>
        new SkewedClock(world, TimeSpan.Zero).CreateTimer(_ => ticks.Value++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

    /// <summary>Not inlined, so that the caller's frame holds nothing of it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Abandon(SimulatedWorld world, StrongBox<int> ticks) =>
        new(new PeriodicTimer(TimeSpan.FromDays(1), new ClockThatCounts(world, ticks)));

    /// <summary>Gives whoever asks for a timer the one that counts.</summary>
    private sealed class ClockThatCounts(SimulatedWorld world, StrongBox<int> ticks) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => Every(world, ticks);
    }
}
