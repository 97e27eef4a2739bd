using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using GenOps.ControlPlane.Gateway;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// A probe over a connection of its own: it takes the way that a new connection takes, and no call waits behind it. Whatever
/// frame comes back is a sign of life, a refusal too.
/// </summary>
internal sealed class GatewayProbe : IGatewayProbe
{
    public async Task<bool> AnswersAsync(IPEndPoint gateway, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(gateway.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(gateway, cancellationToken).ConfigureAwait(false);
            var stream = new NetworkStream(socket, ownsSocket: false);
            await using (stream.ConfigureAwait(false))
            {
                var output = PipeWriter.Create(stream);
                await GatewayHandshakeProtocol.SendAsync(output, new(GatewayHandshakeCode.Probe), cancellationToken).ConfigureAwait(false);
                await GatewayHandshakeProtocol.ReceiveAsync(PipeReader.Create(stream), cancellationToken).ConfigureAwait(false);
                return true;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or GatewayHandshakeException)
        {
            // Why there is no answer makes no difference.
            return false;
        }
    }
}
