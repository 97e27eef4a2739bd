namespace GenOps.ControlPlane.Faults;

/// <summary>Lets nothing go on for ever: what is not done in time is said, with what it waited for.</summary>
internal static class Deadline
{
    /// <summary>Does something, and waits no longer than <paramref name="limit"/> for it, whether it heeds its token or not.</summary>
    /// <param name="work">What is done; its token is cancelled when the time is over.</param>
    /// <param name="limit">How long at most.</param>
    /// <param name="otherwise">What it waits for, asked when the time is over.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="HarnessException">It is not done within <paramref name="limit"/>.</exception>
    public static async Task KeepAsync(Func<CancellationToken, Task> work, TimeSpan limit, Func<string> otherwise, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);

        // Asked before its parts are cancelled: afterwards all of them wait for nothing.
        string? waited = null;
        await using var over = timer.Token.Register(() => waited = otherwise());
        try
        {
            await Task.Run(() => work(timer.Token), CancellationToken.None).WaitAsync(timer.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HarnessException($"not done within {limit.TotalSeconds:0.#} s: {waited ?? otherwise()}");
        }
    }
}
