using System.Collections.Concurrent;
using System.Net;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>Gateways that answer probes, or let them wait until time is out.</summary>
internal sealed class FakeGatewayProbe : IGatewayProbe
{
    /// <summary>Those that do not answer.</summary>
    public ConcurrentDictionary<IPEndPoint, bool> Silent { get; } = [];

    /// <summary>Who was probed, in order.</summary>
    public ConcurrentQueue<IPEndPoint> Probed { get; } = [];

    public async Task<bool> AnswersAsync(IPEndPoint gateway, CancellationToken cancellationToken)
    {
        Probed.Enqueue(gateway);
        if (!Silent.ContainsKey(gateway))
            return true;

        await new TaskCompletionSource().Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return false;
    }
}
