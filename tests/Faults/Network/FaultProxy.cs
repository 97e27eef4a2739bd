using System.Net;
using System.Net.Sockets;

namespace GenOps.ControlPlane.Faults;

/// <summary>A TCP proxy on 127.0.0.1 that can cut, freeze, and lose the replies to requests that it has forwarded.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly IPEndPoint _target;
    private readonly PortLease _port = PortLease.Take();
    private readonly Lock _gate = new();
    private readonly HashSet<ProxiedConnection> _connections = [];
    private TaskCompletionSource _flowing = Flowing();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private int _lost;

    /// <summary>A proxy that forwards to a port of 127.0.0.1.</summary>
    /// <param name="targetPort">The port.</param>
    /// <param name="speaksPostgres">
    /// Whether PostgreSQL answers there: a reply then is complete with its last message, after the commit. Anything else
    /// has replied as soon as it sent anything.
    /// </param>
    public FaultProxy(int targetPort, bool speaksPostgres = false)
    {
        SpeaksPostgres = speaksPostgres;
        _target = new IPEndPoint(IPAddress.Loopback, targetPort);
        Listen();
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port => _port.Port;

    /// <summary>What it does now.</summary>
    public ProxyMode Mode { get; private set; }

    /// <summary>How many connections it has.</summary>
    public int Connections
    {
        get
        {
            lock (_gate)
                return _connections.Count;
        }
    }

    /// <summary>How many replies were lost.</summary>
    public int RepliesLost => Volatile.Read(ref _lost);

    internal bool SpeaksPostgres { get; }

    internal ReplyLoss? Loss { get; private set; }

    /// <summary>Forwards everything again; what was frozen goes on where it was.</summary>
    public void Pass() => Become(ProxyMode.Pass);

    /// <summary>Resets all connections and refuses new ones.</summary>
    public void Cut() => Become(ProxyMode.Cut);

    /// <summary>Keeps all connections, accepts new ones, and forwards nothing.</summary>
    public void Freeze() => Become(ProxyMode.Freeze);

    /// <summary>Resets the connections there are, once; new ones are accepted.</summary>
    public void Reset()
    {
        ProxiedConnection[] all;
        lock (_gate)
            all = [.. _connections];
        foreach (var connection in all)
            connection.Reset();
    }

    /// <summary>
    /// Forwards the next <paramref name="count"/> requests, waits until the server has answered each in full, throws the
    /// answer away and resets the connection: what was asked for has happened, and nobody was told.
    /// </summary>
    /// <param name="count">How many; <see cref="int.MaxValue"/> until <see cref="KeepReplies"/>.</param>
    /// <param name="isMeant">Which requests, by the bytes that were read at once; all if absent.</param>
    public void LoseReplies(int count, Func<ReadOnlyMemory<byte>, bool>? isMeant = null) => Loss = new ReplyLoss(count, isMeant ?? (_ => true));

    /// <summary>Loses no more replies.</summary>
    public void KeepReplies() => Loss = null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Become(ProxyMode.Cut);
        await _accepting;
        Task[] ends;
        lock (_gate)
            ends = [.. _connections.Select(connection => connection.Ended)];
        await Task.WhenAll(ends);
        _port.Dispose();
    }

    /// <summary>Ends when something may flow.</summary>
    internal Task FlowsAsync(CancellationToken cancellationToken) => Volatile.Read(ref _flowing).Task.WaitAsync(cancellationToken);

    internal void Lost() => Interlocked.Increment(ref _lost);

    private static TaskCompletionSource Flowing(bool flows = true)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (flows)
            source.SetResult();
        return source;
    }

    private void Become(ProxyMode mode)
    {
        lock (_gate)
        {
            if (Mode == mode)
                return;

            var before = Mode;
            Mode = mode;
            if (mode == ProxyMode.Freeze)
                _flowing = Flowing(flows: false);
            else
                _flowing.TrySetResult();
            if (mode == ProxyMode.Cut)
                _listener!.Stop();
            else if (before == ProxyMode.Cut)
                Listen();
        }

        if (mode == ProxyMode.Cut)
            Reset();
    }

    private void Listen()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start(512);
        _accepting = AcceptAsync(_listener);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return; // it no longer listens
            }

            var connection = new ProxiedConnection(this, client);
            lock (_gate)
            {
                if (Mode == ProxyMode.Cut)
                {
                    connection.Reset();
                    return;
                }

                _connections.Add(connection);
            }

            connection.Begin(_target, Remove);
        }
    }

    private void Remove(ProxiedConnection connection)
    {
        lock (_gate)
            _connections.Remove(connection);
    }
}
