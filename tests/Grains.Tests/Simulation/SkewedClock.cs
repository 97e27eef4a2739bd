namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A machine's clock, which is not quite the world's.</summary>
internal sealed class SkewedClock(SimulatedWorld world, TimeSpan skew) : TimeProvider
{
    public override long TimestampFrequency => world.Clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => world.Clock.GetUtcNow() + skew;

    public override long GetTimestamp() => world.Clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = world.Clock.CreateTimer(callback, state, dueTime, period);
        if (period == Timeout.InfiniteTimeSpan)
            return timer;

        world.Keep(timer);
        return new KeptTimer(world, timer);
    }
}
