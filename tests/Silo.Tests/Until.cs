using System.Diagnostics;

namespace GenOps.ControlPlane.Silo.Tests;

/// <summary>Waits for what happens in another process.</summary>
public static class Until
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Ends when <paramref name="condition"/> holds; fails with <paramref name="otherwise"/> after <paramref name="limit"/>.</summary>
    public static async Task TrueAsync(
        Func<Task<bool>> condition, TimeSpan limit, Func<string> otherwise, CancellationToken cancellationToken)
    {
        var elapsed = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Interval);
        while (!await condition())
        {
            Assert.True(elapsed.Elapsed < limit, $"not within {limit}: {otherwise()}");
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, TimeSpan, Func{string}, CancellationToken)"/>
    public static Task TrueAsync(Func<bool> condition, TimeSpan limit, Func<string> otherwise, CancellationToken cancellationToken) =>
        TrueAsync(() => Task.FromResult(condition()), limit, otherwise, cancellationToken);
}
