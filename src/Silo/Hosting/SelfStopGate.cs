using GenOps.ControlPlane.Errors;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Refuses every request once the node ends itself: what it would answer is another's to say.</summary>
internal sealed class SelfStopGate(RequestDelegate next, SelfStop stop)
{
    /// <summary>Lets the request through or throws.</summary>
    /// <exception cref="UnavailableException">The node is about to end.</exception>
    public Task InvokeAsync(HttpContext context) =>
        stop.Reason is { } reason ? throw UnavailableException.Unreachable($"this node is about to end: {reason}") : next(context);
}
