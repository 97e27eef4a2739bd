namespace GenOps.ControlPlane.Client;

/// <summary>
/// Tells those who wait for an answer that a gateway was lost. Orleans' client does not: a call that went out over a
/// connection that ended, or that waits at another gateway for an actor of the silo that is gone, gets no answer and runs
/// into its time limit. Which calls those are can't be known here, so everything outstanding is sent again: it counts once.
/// </summary>
internal sealed class GatewayLosses
{
    private CancellationTokenSource _next = new();

    /// <summary>Fires at the next loss.</summary>
    public CancellationToken Next => Volatile.Read(ref _next).Token;

    /// <summary>A gateway was lost. Whoever waits runs on elsewhere, not here.</summary>
    public void Lost()
    {
        // Not disposed: it has no timer, and somebody may just be reading its token.
        var lost = Interlocked.Exchange(ref _next, new CancellationTokenSource());
        _ = lost.CancelAsync();
    }
}
