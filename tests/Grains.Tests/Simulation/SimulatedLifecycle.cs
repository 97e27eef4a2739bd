using Orleans.Runtime;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A silo's start and end: what was subscribed, in the order of its stages and back.</summary>
internal sealed class SimulatedLifecycle : ISiloLifecycle
{
    private readonly List<(int Stage, ILifecycleObserver Observer)> _observers = [];

    public int HighestCompletedStage => throw new NotSupportedException();

    public int LowestStoppedStage => throw new NotSupportedException();

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        _observers.Add((stage, observer));
        return new CancellationTokenSource();
    }

    public async Task StartAsync()
    {
        foreach (var (_, observer) in _observers.OrderBy(subscribed => subscribed.Stage))
            await observer.OnStart(CancellationToken.None);
    }

    public async Task StopAsync()
    {
        foreach (var (_, observer) in _observers.OrderByDescending(subscribed => subscribed.Stage))
            await observer.OnStop(CancellationToken.None);
    }
}
