namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>
/// A timer that leaves the clock only when the simulation itself disposes it. Whoever is abandoned with its process
/// disposes its timer when it is collected (as a <see cref="PeriodicTimer"/> does), on the finalizers' thread, at an
/// instant that the seed does not decide.
/// </summary>
internal sealed class KeptTimer(SimulatedWorld world, ITimer timer) : ITimer
{
    public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

    public void Dispose()
    {
        if (world.IsHere)
            timer.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
