using System.Diagnostics;

namespace GenOps.ControlPlane.Faults;

/// <summary>Waits for what happens in another process, which tells nobody.</summary>
public static class Poll
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LookMin = TimeSpan.FromSeconds(2);

    /// <summary>Ends when <paramref name="condition"/> holds.</summary>
    /// <exception cref="HarnessException">It does not hold within <paramref name="limit"/>; the message is <paramref name="otherwise"/>.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string> otherwise, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (!await HoldsAsync(condition, limit - Stopwatch.GetElapsedTime(started), cancellationToken))
        {
            if (Stopwatch.GetElapsedTime(started) >= limit)
                throw new HarnessException($"not within {limit.TotalSeconds:0.#} s: {otherwise()}");
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Whether it holds; one that can't say so in time does not.</summary>
    private static async Task<bool> HoldsAsync(Func<Task<bool>> condition, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            // It is asked at least once, however late it is.
            return await condition().WaitAsync(limit > LookMin ? limit : LookMin, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, TimeSpan, Func{string}, CancellationToken)"/>
    public static Task UntilAsync(Func<bool> condition, TimeSpan limit, Func<string> otherwise, CancellationToken cancellationToken) =>
        UntilAsync(() => Task.FromResult(condition()), limit, otherwise, cancellationToken);
}
