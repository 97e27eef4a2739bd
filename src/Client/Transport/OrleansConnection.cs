using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// The connection to the control plane's cluster: an Orleans client in a container of its own, so that it disturbs
/// neither an Orleans cluster that the application is part of, nor the application's start when the control plane is
/// down: then calls fail, and the connection is made when it is back.
/// </summary>
internal sealed class OrleansConnection(
    IOptions<GenOpsClientOptions> options,
    GatewayHandshake handshake,
    GatewayRefusals refusals,
    TimeProvider time,
    ILoggerFactory loggers) : IAsyncDisposable, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly ILogger _logger = loggers.CreateLogger<OrleansConnection>();
    private Task<IClusterClient>? _connecting;
    private ServiceProvider? _services;

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
        {
            await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await StopClientAsync().ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    /// <summary>For a container that is disposed synchronously: closes without goodbye.</summary>
    public void Dispose()
    {
        if (_stopping.IsCancellationRequested)
            return;

        _stopping.Cancel();
        _stopping.Dispose();
        if (Interlocked.Exchange(ref _services, null) is { } services)
            services.Dispose();
    }

    private Task<IClusterClient> Connecting()
    {
        if (_connecting is { } connecting)
            return connecting;

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (_connecting is null)
            {
                // The connection outlives the call that happens to need it first: none of that call's context goes along.
                using (ExecutionContext.SuppressFlow())
                    _connecting = Task.Run(() => ConnectAsync(_stopping.Token));
            }

            return _connecting;
        }
    }

    private async Task<IClusterClient> ConnectAsync(CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            var services = BuildServices();
            _services = services;
            try
            {
                foreach (var part in services.GetServices<IHostedService>())
                    await part.StartAsync(cancellationToken).ConfigureAwait(false);
                ClientLog.Connected(_logger, string.Join(", ", GatewayList.Names(options.Value)));
                return services.GetRequiredService<IClusterClient>();
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                ClientLog.ConnectFailed(_logger, exception, failures);
                await services.DisposeAsync().ConfigureAwait(false);
                await Task.Delay(Backoff.After(options.Value, failures, exception), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private ServiceProvider BuildServices()
    {
        var settings = options.Value;
        var services = new ServiceCollection();
        services.AddSingleton(loggers);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddOrleansClient(client =>
        {
            client.Services.AddSingleton<IGatewayListProvider>(new GatewayList(settings, _logger));
            client.Services.Configure<ClusterOptions>(cluster =>
            {
                cluster.ClusterId = settings.ClusterId;
                cluster.ServiceId = settings.ServiceId;
            });
            client.Services.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = settings.AttemptTimeout);
            client.Services.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = settings.GatewayRefresh);
            client.Services.Configure<ClientConnectionOptions>(handshake.PlugInto);
            client.UseConnectionRetryFilter(RetryAsync);
            client.AddActivityPropagation();
        });
        return services.BuildServiceProvider();
    }

    /// <summary>The first connection is tried for as long as the application runs.</summary>
    private async Task<bool> RetryAsync(Exception exception, CancellationToken cancellationToken)
    {
        ClientLog.NotConnected(_logger, exception.Message);
        await Task.Delay(options.Value.RetryDelayMax, time, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task StopClientAsync()
    {
        if (Interlocked.Exchange(ref _services, null) is not { } services)
            return;

        using var limit = new CancellationTokenSource(options.Value.AttemptTimeout, time);
        try
        {
            foreach (var part in services.GetServices<IHostedService>().Reverse())
                await part.StopAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ClientLog.CloseFailed(_logger, exception);
        }

        await services.DisposeAsync().ConfigureAwait(false);
    }
}
