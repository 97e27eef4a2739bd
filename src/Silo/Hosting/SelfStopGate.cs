using GenOps.ControlPlane.Errors;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Refuses every request once the node ends itself: what it would answer is another's to say.</summary>
internal sealed class SelfStopGate(RequestDelegate next, SelfStop stop)
{
    /// <summary>Lets the request through or throws.</summary>
    /// <exception cref="UnavailableException">The node is about to end.</exception>
    public async Task InvokeAsync(HttpContext context)
    {
        if (stop.Reason is { } reason)
            throw Ending(reason);

        try
        {
            await next(context);
        }
        catch (Exception error) when (stop.Reason is not null && error is not (GenOpsException or OperationCanceledException))
        {
            // A request that was under way finds parts of the node gone already: that is no fault of its own, nor one to be looked into.
            throw Ending(stop.Reason!);
        }
    }

    private static UnavailableException Ending(string reason) => UnavailableException.Unreachable($"this node is about to end: {reason}");
}
