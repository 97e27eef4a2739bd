using System.Globalization;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Bench.Node;

/// <summary>The way to a node's agents: the client library's connection, through the gateway and its door.</summary>
internal sealed class NodeConnection : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly ServiceProvider _services;
    private readonly IAgentGrain[] _agents;

    private NodeConnection(ServiceProvider services, IGrainFactory grains, int agents)
    {
        _services = services;
        _agents = [.. Enumerable.Range(0, agents).Select(number => grains.GetGrain<IAgentGrain>(IAgentGrain.Key(NodeSetup.Tenant, NodeSetup.Agent(number))))];
    }

    /// <summary>Connects to <paramref name="node"/>.</summary>
    public static async Task<NodeConnection> OpenAsync(NodeProcess node, int agents, CancellationToken cancellationToken)
    {
        var services = new ServiceCollection()
            .AddLogging(logging => logging.AddSimpleConsole().AddFilter(level => level >= LogLevel.Error))
            .AddGenOpsClient(client =>
            {
                client.Tenant = NodeSetup.Tenant.Value;
                client.Gateways = [string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{node.GatewayPort}")];
                client.ApiKeyFile = node.AdminKeyFile;

                // A machine that is busy with something else is slow to connect; what is measured comes later.
                client.AttemptTimeout = ConnectTimeout;
            })
            .BuildServiceProvider();
        try
        {
            var grains = await services.GetRequiredService<OrleansConnection>().ConnectedAsync(cancellationToken);
            return new NodeConnection(services, grains, agents);
        }
        catch (Exception error) when (error is TimeoutException or Errors.GenOpsException)
        {
            await services.DisposeAsync();
            throw new BenchException($"the node's gateway can't be reached: {error.Message}", error);
        }
    }

    /// <summary>The agent of this number.</summary>
    public IAgentGrain Agent(int number) => _agents[number];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
