using System.Net;

namespace GenOps.ControlPlane.Client;

/// <summary>Asks a gateway whether anybody is there.</summary>
internal interface IGatewayProbe
{
    /// <summary>
    /// Whether it said anything before <paramref name="cancellationToken"/> ended the wait. A process that is frozen still
    /// accepts connections, its kernel does; only an answer counts. Never fails.
    /// </summary>
    Task<bool> AnswersAsync(IPEndPoint gateway, CancellationToken cancellationToken);
}
