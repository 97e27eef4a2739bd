using System.Buffers;
using System.IO.Pipelines;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Gateway;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Session;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>The silo's half of the handshake, as connection middleware: authenticates, then puts the guard before Orleans.</summary>
internal sealed class GatewayDoor(
    IOptions<GatewayDoorOptions> options,
    ICredentialSource credentials,
    GatewayClientIds clientIds,
    ILocalSiloDetails silo,
    Serializer<GatewayPreamble> preambles,
    SerializerSessionPool sessions,
    TimeProvider time,
    ILogger<GatewayDoor> logger)
{
    // A reason always fits its frame, whatever its characters take in UTF-8.
    private const int ReasonLengthMax = GatewayHandshakeProtocol.TextBytesMax / 4;

    private readonly byte[] _ownGateway = Encode(silo.GatewayAddress);
    private int _handshakes;

    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var credential = await AuthenticateAsync(connection).ConfigureAwait(false);
        if (credential is null)
            return;

        var socket = connection.Transport;

        // Orleans' reader only cuts frames and queues them, so it may run where they were written: one thread hop less per call.
        var toOrleans = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        connection.Transport = new DuplexPipe(toOrleans.Reader, socket.Output);
        var guard = new GatewayFrameGuard(options.Value, clientIds, GatewayStamp.Of(credential), preambles, sessions, _ownGateway);
        var guarding = GuardAsync(guard, connection, socket.Input, toOrleans.Writer, credential);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            socket.Input.CancelPendingRead();
            await toOrleans.Reader.CompleteAsync().ConfigureAwait(false);
            await guarding.ConfigureAwait(false);
            connection.Transport = socket;
        }
    }

    /// <returns>Null if the peer was turned away.</returns>
    private async Task<Credential?> AuthenticateAsync(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(options.Value.HandshakeTimeout, time);
        try
        {
            if (Interlocked.Increment(ref _handshakes) > options.Value.HandshakesMax)
                throw UnavailableException.Overloaded("too many handshakes at once; try again");

            var frame = await GatewayHandshakeProtocol.ReceiveAsync(connection.Transport.Input, limit.Token).ConfigureAwait(false);
            if (frame.Code == GatewayHandshakeCode.Probe)
            {
                await TurnAwayAsync(connection, GatewayHandshakeCode.Accepted, "", limit.Token).ConfigureAwait(false);
                return null;
            }

            if (frame.Code != GatewayHandshakeCode.Credential)
                throw new GatewayHandshakeException($"a client's handshake begins with {GatewayHandshakeCode.Credential}, not with {frame.Code}");

            var credential = await credentials.AuthenticateAsync(frame.Text, limit.Token).ConfigureAwait(false);
            if (credential is null)
            {
                ApiKey.TryParse(frame.Text, out var key);
                GatewayLog.KeyRefused(logger, connection.RemoteEndPoint, key);
                await TurnAwayAsync(
                    connection, GatewayHandshakeCode.Refused, "this API key is malformed, unknown, expired or revoked", limit.Token).ConfigureAwait(false);
                return null;
            }

            var accepted = new GatewayHandshakeFrame(GatewayHandshakeCode.Accepted);
            await GatewayHandshakeProtocol.SendAsync(connection.Transport.Output, accepted, limit.Token).ConfigureAwait(false);
            return credential;
        }
        catch (UnavailableException exception)
        {
            GatewayLog.Busy(logger, connection.RemoteEndPoint, exception.Message);
            await TurnAwayAsync(connection, GatewayHandshakeCode.Busy, exception.Message, limit.Token).ConfigureAwait(false);
            return null;
        }
        catch (GatewayHandshakeException exception)
        {
            GatewayLog.NoHandshake(logger, connection.RemoteEndPoint, exception.Message);
            await TurnAwayAsync(connection, GatewayHandshakeCode.Refused, exception.Message, limit.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            GatewayLog.NoHandshake(
                logger, connection.RemoteEndPoint, limit.IsCancellationRequested ? "no handshake within the time limit" : exception.Message);
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _handshakes);
        }
    }

    private async Task TurnAwayAsync(ConnectionContext connection, GatewayHandshakeCode code, string reason, CancellationToken cancellationToken)
    {
        try
        {
            var text = reason.Length <= ReasonLengthMax ? reason : reason[..ReasonLengthMax];
            await GatewayHandshakeProtocol.SendAsync(connection.Transport.Output, new GatewayHandshakeFrame(code, text), cancellationToken).ConfigureAwait(false);

            // Closing while the client still sends would reset the connection and lose the answer on its way: the client
            // closes first, or time runs out.
            var input = connection.Transport.Input;
            while (true)
            {
                var read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                    return;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            GatewayLog.PeerGone(logger, exception, connection.RemoteEndPoint);
        }
    }

    private async Task GuardAsync(
        GatewayFrameGuard guard, ConnectionContext connection, PipeReader input, PipeWriter output, Credential credential)
    {
        Exception? error = null;
        try
        {
            await guard.RunAsync(input, output, time).ConfigureAwait(false);
        }
        catch (GatewayViolationException violation)
        {
            error = violation;
            GatewayLog.Violation(logger, credential.Principal, credential.KeyId, credential.Tenant, connection.RemoteEndPoint, violation.Message);
        }
        catch (Exception exception)
        {
            // Bytes that don't decode, the preamble's time limit, a broken socket: all of them end the connection.
            error = exception;
            GatewayLog.Ended(logger, exception, credential.Principal, credential.KeyId, credential.Tenant, connection.RemoteEndPoint);
        }

        if (error is not null)
            connection.Abort(new ConnectionAbortedException("The gateway ended this connection.", error));

        await output.CompleteAsync(error).ConfigureAwait(false);
        await input.CompleteAsync().ConfigureAwait(false);
    }

    private static byte[] Encode(SiloAddress address)
    {
        // As Orleans.Core's CachingSiloAddressCodec: hash, address, port, generation; primitives only, so no session.
        var buffer = new ArrayBufferWriter<byte>(64);
        var writer = Writer.Create(buffer, null!);
        writer.WriteInt32(address.GetConsistentHashCode());
        IPAddressCodec.WriteRaw(ref writer, address.Endpoint.Address);
        writer.WriteVarUInt32((uint)address.Endpoint.Port);
        writer.WriteInt32(address.Generation);
        writer.Commit();
        return buffer.WrittenSpan.ToArray();
    }
}
