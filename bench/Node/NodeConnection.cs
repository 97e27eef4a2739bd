using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Bench.Node;

/// <summary>The way to a node's agents through its Orleans gateway.</summary>
internal sealed class NodeConnection : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly IAgentGrain[] _agents;

    private NodeConnection(IHost host, int agents)
    {
        _host = host;
        var grains = host.Services.GetRequiredService<IClusterClient>();
        _agents = [.. Enumerable.Range(0, agents).Select(number => grains.GetGrain<IAgentGrain>(IAgentGrain.Key(NodeSetup.Tenant, NodeSetup.Agent(number))))];
    }

    /// <summary>Connects to <paramref name="node"/>.</summary>
    public static async Task<NodeConnection> OpenAsync(NodeProcess node, int agents, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddSimpleConsole().AddFilter(level => level >= LogLevel.Error);
        builder.UseOrleansClient(client =>
            client.UseLocalhostClustering(node.GatewayPort, NodeHost.ClusterName, NodeHost.ClusterName));
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new NodeConnection(host, agents);
    }

    /// <summary>The agent that draws from the budget of this number.</summary>
    public IAgentGrain Agent(int number) => _agents[number];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
