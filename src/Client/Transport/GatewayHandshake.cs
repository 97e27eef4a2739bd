using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Gateway;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// The client's half of the gateway handshake, as connection middleware: shows the API key before Orleans says
/// anything, and hears whether it is taken.
/// </summary>
internal sealed class GatewayHandshake(
    IOptions<GenOpsClientOptions> options, GatewayRefusals refusals, TimeProvider time, ILogger<GatewayHandshake> logger)
{
    /// <summary>The one place where the handshake meets Orleans.</summary>
    public void PlugInto(ClientConnectionOptions connections) =>
        connections.ConfigureConnection(connection => connection.Use(next => context => OnConnectionAsync(context, next)));

    private async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var answer = await AskAsync(connection).ConfigureAwait(false);
        switch (answer.Code)
        {
            case GatewayHandshakeCode.Accepted:
                refusals.Accepted();
                break;
            case GatewayHandshakeCode.Refused:
                throw Refused(new($"the gateway at {connection.RemoteEndPoint} refused this client: {answer.Text}", IsOwn: false));
            default:
                throw new GatewayHandshakeException($"the gateway at {connection.RemoteEndPoint} is busy: {answer.Text}");
        }

        await next(connection).ConfigureAwait(false);
    }

    private async Task<GatewayHandshakeFrame> AskAsync(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(options.Value.HandshakeTimeout, time);
        try
        {
            var key = await KeyAsync(limit.Token).ConfigureAwait(false);
            var credential = new GatewayHandshakeFrame(GatewayHandshakeCode.Credential, key);
            await GatewayHandshakeProtocol.SendAsync(connection.Transport.Output, credential, limit.Token).ConfigureAwait(false);

            // Not ended by the connection's end: a refusal and the end come together, and the refusal must be read.
            return await GatewayHandshakeProtocol.ReceiveAsync(connection.Transport.Input, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new GatewayHandshakeException(
                $"the gateway at {connection.RemoteEndPoint} did not answer the handshake within {options.Value.HandshakeTimeout}");
        }
    }

    private async Task<string> KeyAsync(CancellationToken cancellationToken)
    {
        if (options.Value.ApiKeyFile is not { } file)
            return options.Value.ApiKey ?? throw NoKey("no API key is configured: set ApiKey or ApiKeyFile");

        string text;
        try
        {
            text = (await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw NoKey($"the API key can't be read: {exception.Message} Let this process read the ApiKeyFile '{file}'.");
        }

        return ApiKey.TryParse(text, out _)
            ? text
            : throw NoKey($"the ApiKeyFile '{file}' does not hold an API key, which looks like gok-TENANT.ID.SECRET, and nothing else");
    }

    private GatewayHandshakeException NoKey(string reason) => Refused(new GatewayRefusal(reason, IsOwn: true));

    private GatewayHandshakeException Refused(GatewayRefusal refusal)
    {
        ClientLog.GatewayRefused(logger, refusal.Reason);
        refusals.Refused(refusal);
        return new GatewayHandshakeException(refusal.Reason);
    }
}
