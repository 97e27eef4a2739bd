using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// The connection to the control plane's cluster: an Orleans client in a container of its own, so that it disturbs
/// neither an Orleans cluster that the application is part of, nor the application's start when the control plane is
/// down: then calls fail, and the connection is made when it is back.
/// </summary>
/// <remarks>
/// Orleans' client (10.4) binds each actor it calls to a connection, and never moves it while that connection lives: a gateway
/// that joins would get next to nothing. When there is one, a new Orleans client takes the place of the present one, which
/// spreads the actors anew; what is outstanding at the old one is answered there before it ends.
/// </remarks>
internal sealed class OrleansConnection(
    IOptions<GenOpsClientOptions> options,
    GatewayList gateways,
    GatewayHealth health,
    GatewayHandshake handshake,
    GatewayRefusals refusals,
    TimeProvider time,
    ILoggerFactory loggers) : IAsyncDisposable, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly ILogger _logger = loggers.CreateLogger<OrleansConnection>();
    private readonly HashSet<ClusterLink> _links = [];
    private Task<IClusterClient>? _connecting;
    private Task _upkeep = Task.CompletedTask;

    /// <summary>Begins to connect and does not wait for it.</summary>
    public void Begin() => _ = Connecting();

    /// <summary>The connected client; waits for it no longer than one attempt may take.</summary>
    /// <exception cref="TimeoutException">There is no connection yet.</exception>
    /// <exception cref="Errors.AccessDeniedException">The gateway refuses the key.</exception>
    public async ValueTask<IClusterClient> ConnectedAsync(CancellationToken cancellationToken)
    {
        var connecting = Connecting();
        if (connecting.IsCompletedSuccessfully)
            return await connecting.ConfigureAwait(false);

        var refused = refusals.WhenRefusedAsync();
        try
        {
            await Task.WhenAny(connecting, refused)
                .WaitAsync(options.Value.AttemptTimeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException(
                $"no gateway of {string.Join(", ", GatewayList.Names(options.Value))} could be connected to; is the control plane up?", timeout);
        }

        return connecting.IsCompleted
            ? await connecting.ConfigureAwait(false)
            : throw (await refused.ConfigureAwait(false)).ToException();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;

        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_connecting is { } connecting)
            await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _upkeep.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var link in TakeLinks())
            await link.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>For a container that is disposed synchronously: closes without goodbye.</summary>
    public void Dispose()
    {
        if (_stopping.IsCancellationRequested)
            return;

        _stopping.Cancel();
        _stopping.Dispose();
        foreach (var link in TakeLinks())
            link.Dispose();
    }

    private Task<IClusterClient> Connecting()
    {
        if (Volatile.Read(ref _connecting) is { } connecting)
            return connecting;

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (_connecting is null)
            {
                // The connection outlives the call that happens to need it first: none of that call's context goes along.
                using (ExecutionContext.SuppressFlow())
                {
                    var stopping = _stopping.Token;
                    var first = Task.Run(() => ConnectAsync(stopping));
                    _upkeep = Task.Run(() => Task.WhenAll(health.RunAsync(stopping), KeepUpAsync(first, stopping)));
                    _connecting = Clients(first);
                }
            }

            return _connecting;
        }

        static async Task<IClusterClient> Clients(Task<(ClusterLink Link, IClusterClient Client)> connecting) =>
            (await connecting.ConfigureAwait(false)).Client;
    }

    private async Task<(ClusterLink Link, IClusterClient Client)> ConnectAsync(CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            var link = AddLink();
            try
            {
                var client = await link.StartAsync(cancellationToken).ConfigureAwait(false);
                ClientLog.Connected(_logger, string.Join(", ", gateways.Offered));
                return (link, client);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                ClientLog.ConnectFailed(_logger, exception, failures);
                await EndAsync(link).ConfigureAwait(false);
                await Task.Delay(Backoff.After(options.Value, failures, exception), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Learns the cluster's gateways, and spreads over those that joined, until stopped.</summary>
    private async Task KeepUpAsync(Task<(ClusterLink Link, IClusterClient Client)> first, CancellationToken cancellationToken)
    {
        var (link, client) = await first.ConfigureAwait(false);
        var spread = new GatewaySpread(gateways.Offered);
        var discovery = new GatewayDiscovery(options.Value, gateways, time, _logger);
        long? spreadAt = null;
        while (true)
        {
            if (options.Value.GatewayDiscovery)
                await discovery.AskAsync(client, cancellationToken).ConfigureAwait(false);

            var offered = gateways.Offered;
            if (spread.Gains(offered)
                && (spreadAt is not { } last || time.GetElapsedTime(last) >= options.Value.GatewaySpreadDelay))
            {
                ClientLog.Spreading(_logger, string.Join(", ", offered));
                var old = link;
                (link, client) = await ConnectAsync(cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _connecting, Task.FromResult(client));
                _ = RetireAsync(old, cancellationToken);
                spread = new GatewaySpread(gateways.Offered);
                spreadAt = time.GetTimestamp();
            }

            // While one is silent, the cluster is about to give it up: calls to its actors wait for that.
            var pause = health.IsAnySilent && options.Value.GatewayRefresh > options.Value.RetryDelayMax
                ? options.Value.RetryDelayMax : options.Value.GatewayRefresh;
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Never fails: nobody awaits it. Whoever is given up here while stopping is ended by that.</summary>
    private async Task RetireAsync(ClusterLink link, CancellationToken cancellationToken)
    {
        var longest = options.Value.AttemptTimeout > options.Value.AuthorityFeedTimeout ? options.Value.AttemptTimeout : options.Value.AuthorityFeedTimeout;
        await Task.Delay(longest, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancellationToken.IsCancellationRequested)
            await EndAsync(link).ConfigureAwait(false);
    }

    private ClusterLink AddLink()
    {
        var link = new ClusterLink(options.Value, gateways, handshake, time, loggers, _logger);
        lock (_gate)
            _links.Add(link);
        return link;
    }

    private ValueTask EndAsync(ClusterLink link)
    {
        lock (_gate)
            _links.Remove(link);
        return link.DisposeAsync();
    }

    private ClusterLink[] TakeLinks()
    {
        lock (_gate)
        {
            ClusterLink[] links = [.. _links];
            _links.Clear();
            return links;
        }
    }
}
