using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace GenOps.ControlPlane.Client;

/// <summary>One connection to a gateway, and since when what was sent over it has had no answer.</summary>
internal sealed class GatewayLine
{
    private const long Nothing = long.MinValue;

    private readonly ConnectionContext _connection;
    private readonly TimeProvider _time;
    private long _unansweredSince = Nothing;
    private int _isProbed;

    public GatewayLine(ConnectionContext connection, IPEndPoint gateway, TimeProvider time)
    {
        _connection = connection;
        _time = time;
        Gateway = gateway;
    }

    /// <summary>Where it leads.</summary>
    public IPEndPoint Gateway { get; }

    /// <summary>
    /// For how long something that was sent has waited without a single byte coming back; zero if nothing waits. That alone
    /// is no proof: a call may take long, and the wait for a change of authority is meant to.
    /// </summary>
    public TimeSpan Silence
    {
        get
        {
            var since = Interlocked.Read(ref _unansweredSince);
            return since == Nothing ? TimeSpan.Zero : _time.GetElapsedTime(since);
        }
    }

    /// <summary>The silence at which the gateway was last heard over another connection; zero if that was not in this silence.</summary>
    public TimeSpan Vouched { get; set; }

    /// <summary>Watches what goes over the connection from now on. No byte is copied for it.</summary>
    public IDuplexPipe Watch(IDuplexPipe transport) =>
        new WatchedPipe(new WatchedReader(transport.Input, this), new WatchedWriter(transport.Output, this));

    /// <summary>Something was sent.</summary>
    public void Sent() => Interlocked.CompareExchange(ref _unansweredSince, _time.GetTimestamp(), Nothing);

    /// <summary>Something came.</summary>
    public void Received()
    {
        // The common case writes nothing: many answers come for one question's mark.
        if (Interlocked.Read(ref _unansweredSince) != Nothing)
            Interlocked.Exchange(ref _unansweredSince, Nothing);
    }

    /// <summary>Whether the caller may probe now; nobody else may until <see cref="EndProbe"/>.</summary>
    public bool TryBeginProbe() => Interlocked.Exchange(ref _isProbed, 1) == 0;

    public void EndProbe() => Volatile.Write(ref _isProbed, 0);

    /// <summary>Ends it at once, without goodbye.</summary>
    public void Abort(string reason) => _connection.Abort(new ConnectionAbortedException(reason));
}
