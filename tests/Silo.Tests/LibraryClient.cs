using GenOps.ControlPlane.Client;
using Microsoft.Extensions.DependencyInjection;

namespace GenOps.ControlPlane.Silo.Tests;

/// <summary>The client library as an AI service uses it, connected to a node's gateway.</summary>
public sealed class LibraryClient : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <summary>A client of <paramref name="tenant"/> that returns refusals and reconnects quickly.</summary>
    public LibraryClient(NodeProcess node, string tenant, string key, Action<GenOpsClientOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddGenOpsClient(options =>
        {
            options.Tenant = tenant;
            options.ApiKey = key;
            options.Gateways = [$"127.0.0.1:{node.GatewayPort}"];
            options.ThrowOnRefusal = false;
            options.GatewayRefresh = TimeSpan.FromSeconds(1);
            options.RetryDelayMax = TimeSpan.FromMilliseconds(250);
            configure?.Invoke(options);
        });
        _services = services.BuildServiceProvider();
        Client = _services.GetRequiredService<IGenOpsClient>();
    }

    /// <summary>The client.</summary>
    public IGenOpsClient Client { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
