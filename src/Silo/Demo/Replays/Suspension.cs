using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>
/// Suspends one agent while its calls go on, and counts what is answered to those that begin after the acknowledgement.
/// </summary>
internal sealed class Suspension(AgentId agent, Func<AgentId, CancellationToken, Task> suspend, TimeProvider time)
{
    private readonly TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _elapsed;
    private int _attempted;
    private int _allowed;

    /// <summary>The agent.</summary>
    public AgentId Agent => agent;

    /// <summary>Ends when the suspension is acknowledged.</summary>
    public Task Acknowledged => _acknowledged.Task;

    /// <summary>Suspends the agent.</summary>
    public async Task SuspendAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        await suspend(agent, cancellationToken);
        _elapsed = time.GetElapsedTime(began);
        _acknowledged.SetResult();
    }

    /// <summary>Whether a call of <paramref name="caller"/> that begins now begins after the acknowledgement.</summary>
    public bool Covers(AgentId caller) => caller == agent && _acknowledged.Task.IsCompletedSuccessfully;

    /// <summary>Counts a call that <see cref="Covers"/> said yes to before it began.</summary>
    public void Count(bool allowed)
    {
        Interlocked.Increment(ref _attempted);
        if (allowed)
            Interlocked.Increment(ref _allowed);
    }

    /// <summary>How it went.</summary>
    public SuspensionReport Report() => new(agent, _attempted, _allowed, Math.Round(_elapsed.TotalMilliseconds, 2));
}
