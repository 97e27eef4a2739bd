namespace GenOps.ControlPlane.Authority;

/// <summary>A clock one of whose timers can't be made.</summary>
internal sealed class ClockThatFailsOnce(TimeProvider clock) : TimeProvider
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _fails;

    /// <summary>Completes when it has failed.</summary>
    public Task Failed => _failed.Task;

    public override long TimestampFrequency => clock.TimestampFrequency;

    /// <summary>The next timer can't be made.</summary>
    public void FailNext() => Interlocked.Exchange(ref _fails, 1);

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (Interlocked.Exchange(ref _fails, 0) == 0)
            return clock.CreateTimer(callback, state, dueTime, period);

        _failed.SetResult();
        throw new InvalidOperationException("no timer");
    }
}
