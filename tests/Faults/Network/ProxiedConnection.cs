using System.Net;
using System.Net.Sockets;

namespace GenOps.ControlPlane.Faults;

/// <summary>One connection through a <see cref="FaultProxy"/>.</summary>
internal sealed class ProxiedConnection(FaultProxy proxy, Socket client)
{
    private const int BufferBytes = 64 * 1024;

    private readonly CancellationTokenSource _ending = new();
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Lock _breaking = new();
    private volatile bool _losesReply;
    private bool _isBroken;
    private byte[] _tail = [];

    /// <summary>Completes when it is over.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Connects and forwards until either side ends.</summary>
    public void Begin(IPEndPoint target, Action<ProxiedConnection> ended) => Ended = RunAsync(target, ended);

    /// <summary>Ends both sides with a reset, as a broken network does.</summary>
    public void Reset()
    {
        _ending.Cancel();

        // The proxy resets all connections while each ends by itself: a socket is asked for its state and disposed by one.
        lock (_breaking)
        {
            if (_isBroken)
                return;

            _isBroken = true;
            Break(client);
            Break(_server);
        }
    }

    private static void Break(Socket socket)
    {
        if (socket.Connected)
            socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    private async Task RunAsync(IPEndPoint target, Action<ProxiedConnection> ended)
    {
        try
        {
            client.NoDelay = true;
            await proxy.FlowsAsync(_ending.Token);
            await _server.ConnectAsync(target, _ending.Token);
            await Task.WhenAny(ForwardAsync(client, _server, NoteRequest), ForwardAsync(_server, client, KeepsReply));
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return; // the server is not there, or the connection was reset: the client sees its end
        }
        finally
        {
            Reset();
            ended(this);
        }
    }

    private async Task ForwardAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, bool> passes)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (await from.ReceiveAsync(buffer, _ending.Token) is var count and > 0)
            {
                await proxy.FlowsAsync(_ending.Token);
                var read = buffer.AsMemory(0, count);
                if (!passes(read))
                    continue;
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(read[sent..], _ending.Token);
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return; // one side ended: so does the other
        }
    }

    private bool NoteRequest(ReadOnlyMemory<byte> request)
    {
        if (proxy.Loss is { } loss && loss.Takes(request))
            _losesReply = true;
        return true;
    }

    private bool KeepsReply(ReadOnlyMemory<byte> reply)
    {
        if (!_losesReply)
            return true;

        // The last message may come in pieces.
        _tail = reply.Length >= PostgresWire.ReadyBytes ? reply[^PostgresWire.ReadyBytes..].ToArray() : [.. _tail, .. reply.Span];
        if (!proxy.SpeaksPostgres || PostgresWire.EndsReply(_tail))
        {
            proxy.Lost();
            Reset();
        }

        return false;
    }
}
