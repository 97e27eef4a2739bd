using GenOps.ControlPlane.Errors;
using Microsoft.AspNetCore.Connections;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// Tells failures of the way to the control plane from its answers. After one of these nobody knows whether the request
/// was carried out, so the same one is sent again with the same id.
/// </summary>
internal static class TransientFailure
{
    public static bool Is(Exception exception) => exception switch
    {
        UnavailableException => true,
        GenOpsException => false,
        TimeoutException => true,
        SiloUnavailableException => true,
        ConnectionFailedException => true,
        OrleansMessageRejectionException => true,
        GatewayTooBusyException => true,
        ClientNotAvailableException => true,
        // What a stopping silo says in many words, such as that no node is compatible with the grain.
        OrleansException => true,
        ConnectionAbortedException or ConnectionResetException => true,
        IOException or System.Net.Sockets.SocketException => true,
        // The caller's own cancellation is told apart before this is asked.
        OperationCanceledException => true,
        _ => false,
    };

    /// <summary>How long the control plane asked to be left alone; zero if it did not say.</summary>
    public static TimeSpan RetryAfter(Exception exception) =>
        exception is UnavailableException unavailable ? unavailable.RetryAfter : TimeSpan.Zero;
}
