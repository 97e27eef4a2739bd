using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>Stands before a gateway; frozen, it keeps connections open, takes new ones, and passes nothing on.</summary>
internal sealed class FreezingProxy : IAsyncDisposable
{
    /// <summary>Another address and the same port: a silo takes a loopback address with its own port for itself, and no other.</summary>
    public static readonly IPAddress Address = IPAddress.Parse("127.0.0.2");

    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly int _gatewayPort;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _passage = Open();

    public FreezingProxy(int gatewayPort)
    {
        _gatewayPort = gatewayPort;
        _listener = new TcpListener(Address, gatewayPort);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public void Freeze() => _passage = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw() => _passage.TrySetResult();

    /// <summary>Ends every connection that there is.</summary>
    public void Cut()
    {
        while (_sockets.TryTake(out var socket))
            socket.Close(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Thaw();
        Cut();
        await _accepting;
        _stopping.Dispose();
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                _ = PassAsync(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException && _stopping.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(Socket client)
    {
        var gateway = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(client);
        _sockets.Add(gateway);
        try
        {
            await gateway.ConnectAsync(IPAddress.Loopback, _gatewayPort);
            await Task.WhenAny(PassAsync(client, gateway), PassAsync(gateway, client));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Either side is gone.
        }

        client.Dispose();
        gateway.Dispose();
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[8192];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                await _passage.Task;
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Either side is gone.
        }
    }
}
