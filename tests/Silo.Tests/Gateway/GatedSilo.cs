using System.Net;
using System.Net.Sockets;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Cluster;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Gateway;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Gateway;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace GenOps.ControlPlane.Silo.Tests.Gateway;

/// <summary>A silo behind the door, with keys that the test hands out.</summary>
public sealed class GatedSilo : IAsyncLifetime
{
    private readonly PortLease _siloPort = PortLease.Take();
    private readonly PortLease _gatewayPort = PortLease.Take();
    private IHost? _host;

    internal KeyRing Keys { get; } = new();

    internal IServiceProvider Services => _host!.Services;

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ICredentialSource>(Keys);
        builder.Services.AddSingleton<ILedgerReader, UnchangingLedger>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<AuthorityWatch>();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<AuthorityWatch>());
        builder.Services.AddSingleton<AuthorityFeed>();
        builder.Services.AddSingleton<ClusterGateways>();
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(_siloPort.Port, _gatewayPort.Port, new IPEndPoint(IPAddress.Loopback, _siloPort.Port))
            .AddGenOpsGatewayDoor(options => options.HandshakeTimeout = TimeSpan.FromSeconds(1)));
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
        _siloPort.Dispose();
        _gatewayPort.Dispose();
    }

    /// <summary>An Orleans client that shows a key, or, with none, one that knows nothing of the handshake.</summary>
    internal async Task<IHost> ConnectAsync(ApiKey? key, CancellationToken cancellationToken = default)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseLocalhostClustering(_gatewayPort.Port);
            if (key is not null)
                client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(connection =>
                    connection.Use(next => context => ShowAsync(key, context, next))));
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    internal async Task<TcpClient> DialAsync()
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _gatewayPort.Port);
        return socket;
    }

    private static async Task ShowAsync(ApiKey key, ConnectionContext connection, ConnectionDelegate next)
    {
        await GatewayHandshakeProtocol.SendAsync(connection.Transport.Output, new(GatewayHandshakeCode.Credential, key.Reveal()));
        Assert.Equal(new(GatewayHandshakeCode.Accepted), await GatewayHandshakeProtocol.ReceiveAsync(connection.Transport.Input));
        await next(connection);
    }
}
