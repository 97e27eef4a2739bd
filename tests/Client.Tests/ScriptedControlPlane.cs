using System.Net;
using System.Net.Sockets;
using GenOps.ControlPlane.Gateway;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>A real silo on loopback with a real gateway, which takes one key.</summary>
internal sealed class ScriptedControlPlane : IAsyncDisposable
{
    private readonly IHost _host;

    private ScriptedControlPlane(IHost host, int gatewayPort)
    {
        _host = host;
        GatewayPort = gatewayPort;
    }

    public int GatewayPort { get; }

    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }

    public static async Task<ScriptedControlPlane> StartAsync(string key, int? gatewayPort = null)
    {
        var ports = FreePorts(2);
        var gateway = gatewayPort ?? ports[1];
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(stopping => stopping.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.UseOrleans(silo =>
        {
            // Some of its calls are never answered, and it would wait for them.
            silo.Configure<GrainCollectionOptions>(grains => grains.DeactivationTimeout = TimeSpan.FromSeconds(1));
            silo.UseLocalhostClustering(ports[0], gateway, serviceId: "genops", clusterId: "genops");
            silo.Services.Configure<SiloConnectionOptions>(options => options.ConfigureGatewayInboundConnection(
                connection => connection.Use(next => context => AdmitAsync(context, key, next))));
        });
        var host = builder.Build();
        await host.StartAsync();
        return new ScriptedControlPlane(host, gateway);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static async Task AdmitAsync(ConnectionContext connection, string key, ConnectionDelegate next)
    {
        var frame = await GatewayHandshakeProtocol.ReceiveAsync(connection.Transport.Input);
        var accepted = frame == new GatewayHandshakeFrame(GatewayHandshakeCode.Credential, key);
        await GatewayHandshakeProtocol.SendAsync(
            connection.Transport.Output,
            accepted ? new(GatewayHandshakeCode.Accepted) : new(GatewayHandshakeCode.Refused, "this key was revoked"));
        if (accepted)
        {
            await next(connection);
            return;
        }

        // Like the real door: whoever closes first may take the refusal away before it is read.
        while (await connection.Transport.Input.ReadAsync() is { IsCompleted: false, IsCanceled: false } read)
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
    }
}
