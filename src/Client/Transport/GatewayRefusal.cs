using GenOps.ControlPlane.Errors;

namespace GenOps.ControlPlane.Client;

/// <summary>Why a connection came to nothing, where trying again would not help.</summary>
/// <param name="Reason">For people.</param>
/// <param name="IsOwn">Whether this client had no key to show; false if the gateway would not take the one that it showed.</param>
internal sealed record GatewayRefusal(string Reason, bool IsOwn)
{
    /// <summary>What a call fails with for it.</summary>
    public AccessDeniedException ToException() => IsOwn ? AccessDeniedException.NoKey(Reason) : AccessDeniedException.Unauthenticated(Reason);
}
