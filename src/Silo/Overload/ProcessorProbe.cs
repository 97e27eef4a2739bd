namespace GenOps.ControlPlane.Silo.Overload;

/// <summary>
/// Looks whether work waits for a thread, and so for a processor. It looks a moment after it is asked to, and not amid what
/// asked: a commit lets many go on at once, which is no sign of a busy processor.
/// </summary>
internal sealed class ProcessorProbe : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly ITimer _timer;
    private int _isAsked;

    /// <param name="time">The clock.</param>
    /// <param name="isWorkWaiting">Whether work waits now.</param>
    /// <param name="answer">Takes what was seen; on any thread, once at a time.</param>
    public ProcessorProbe(TimeProvider time, Func<bool> isWorkWaiting, Action<bool> answer)
    {
        // Nobody's request goes on in it.
        using (ExecutionContext.SuppressFlow())
            _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        void Look()
        {
            answer(isWorkWaiting());
            Volatile.Write(ref _isAsked, 0);
        }
    }

    /// <summary>Asks for a look; while one is on its way that is all that happens.</summary>
    public void Ask()
    {
        if (Interlocked.Exchange(ref _isAsked, 1) == 0)
            _timer.Change(Pause, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}
