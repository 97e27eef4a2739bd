using System.Net;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Gateway;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// The client's half of the gateway handshake, as connection middleware: shows the API key before Orleans says
/// anything, hears whether it is taken, and has the connection watched from then on.
/// </summary>
internal sealed class GatewayHandshake(
    IOptions<GenOpsClientOptions> options, GatewayRefusals refusals, GatewayHealth health, TimeProvider time, ILogger<GatewayHandshake> logger)
{
    /// <summary>The one place where the handshake meets Orleans.</summary>
    /// <param name="connections">The options of an Orleans client.</param>
    /// <param name="retired">Cancelled when that client is not used any more, and nobody waits for what its connections bring.</param>
    public void PlugInto(ClientConnectionOptions connections, CancellationToken retired) =>
        connections.ConfigureConnection(connection => connection.Use(next => context => OnConnectionAsync(context, next, retired)));

    private async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next, CancellationToken retired)
    {
        var gateway = connection.RemoteEndPoint as IPEndPoint;
        if (gateway is not null && health.IsSilent(gateway))
        {
            // Fails at once, and Orleans takes another: waiting here is what every call to it would wait for.
            throw new GatewayHandshakeException($"the gateway at {gateway} did not answer; it is used again when it does");
        }

        var answer = await AskAsync(connection, gateway).ConfigureAwait(false);
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

        if (gateway is null)
            await next(connection).ConfigureAwait(false);
        else
            await WatchAsync(connection, gateway, next, retired).ConfigureAwait(false);
    }

    private async Task WatchAsync(ConnectionContext connection, IPEndPoint gateway, ConnectionDelegate next, CancellationToken retired)
    {
        var line = health.Open(connection, gateway);
        var transport = connection.Transport;
        connection.Transport = line.Watch(transport);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            connection.Transport = transport;
            health.Close(line, isLost: !retired.IsCancellationRequested);
        }
    }

    private async Task<GatewayHandshakeFrame> AskAsync(ConnectionContext connection, IPEndPoint? gateway)
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
            if (gateway is not null)
                health.HeardNothing(gateway);
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
