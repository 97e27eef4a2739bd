using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Messaging;

namespace GenOps.ControlPlane.Client;

/// <summary>One Orleans client in a container of its own, from its start to its end.</summary>
internal sealed class ClusterLink : IAsyncDisposable, IDisposable
{
    /// <summary>What connecting may take beyond the handshake.</summary>
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _retired = new();
    private readonly GenOpsClientOptions _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private ServiceProvider? _services;

    public ClusterLink(
        GenOpsClientOptions settings, GatewayList gateways, GatewayHandshake handshake, TimeProvider time, ILoggerFactory loggers, ILogger logger)
    {
        _settings = settings;
        _time = time;
        _logger = logger;
        var services = new ServiceCollection();
        services.AddSingleton(loggers);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddOrleansClient(client =>
        {
            client.Services.AddSingleton<IGatewayListProvider>(gateways);
            client.Services.Configure<ClusterOptions>(cluster =>
            {
                cluster.ClusterId = settings.ClusterId;
                cluster.ServiceId = settings.ServiceId;
            });
            client.Services.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = settings.AttemptTimeout);
            client.Services.Configure<GatewayOptions>(list => list.GatewayListRefreshPeriod = settings.GatewayRefresh);
            client.Services.Configure<ConnectionOptions>(connections =>
            {
                // Longer than the handshake's own limit, which says what went wrong. The calls of a gateway's actors wait for it.
                connections.OpenConnectionTimeout = settings.HandshakeTimeout + DialTimeout;

                // Orleans refuses a gateway for this long after connecting to it failed: the only one may be back earlier.
                connections.ConnectionRetryDelay = settings.RetryDelayMax;
            });
            client.Services.Configure<ClientConnectionOptions>(connections => handshake.PlugInto(connections, _retired.Token));
            client.UseConnectionRetryFilter(RetryAsync);
            client.AddActivityPropagation();
        });
        _services = services.BuildServiceProvider();
    }

    /// <summary>Connects to the first gateway that lets it in, for as long as it takes.</summary>
    public async Task<IClusterClient> StartAsync(CancellationToken cancellationToken)
    {
        var services = _services ?? throw new ObjectDisposedException(nameof(ClusterLink));
        foreach (var part in services.GetServices<IHostedService>())
            await part.StartAsync(cancellationToken).ConfigureAwait(false);
        return services.GetRequiredService<IClusterClient>();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _services, null) is not { } services)
            return;

        await _retired.CancelAsync().ConfigureAwait(false);
        using var limit = new CancellationTokenSource(_settings.AttemptTimeout, _time);
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

    /// <summary>For a container that is disposed synchronously: closes without goodbye.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _services, null) is not { } services)
            return;

        _retired.Cancel();
        services.Dispose();
    }

    /// <summary>The first connection is tried for as long as the application runs.</summary>
    private async Task<bool> RetryAsync(Exception exception, CancellationToken cancellationToken)
    {
        ClientLog.NotConnected(_logger, exception.Message);
        await Task.Delay(_settings.RetryDelayMax, _time, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
