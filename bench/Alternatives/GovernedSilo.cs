using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Bench.Cluster;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Client;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.DependencyInjection;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>This product: one silo on PostgreSQL, with agents and budgets, and both ways to it.</summary>
internal sealed class GovernedSilo : IAsyncDisposable
{
    private static readonly TimeSpan AttemptMax = TimeSpan.FromSeconds(15);

    private readonly ServiceProvider _services;
    private readonly IAgentGrain[][] _actors;

    private GovernedSilo(ClusterOfSilos cluster, string key, ServiceProvider services, IGrainFactory grains)
    {
        (Cluster, Key, _services) = (cluster, key, services);
        Client = services.GetRequiredService<IGenOpsClient>();
        _actors = [.. ClusterOrganisation.AgentsOf.Select(agents => agents.Select(agent => grains.GetGrain<IAgentGrain>(IAgentGrain.Key(ClusterOrganisation.Tenant, agent))).ToArray())];
    }

    /// <summary>Its cluster, of one silo.</summary>
    public ClusterOfSilos Cluster { get; }

    /// <summary>A service's key.</summary>
    public string Key { get; }

    /// <summary>The client library, connected.</summary>
    public IGenOpsClient Client { get; }

    /// <summary>Starts it on <paramref name="server"/>, and makes agents and budgets.</summary>
    /// <exception cref="HarnessException">It does not start, or refuses.</exception>
    public static async Task<GovernedSilo> StartAsync(PostgresServer server, CancellationToken cancellationToken)
    {
        var cluster = await ClusterOfSilos.StartAsync(new ClusterOptions { Server = server, Silos = 1 }, cancellationToken);
        ServiceProvider? services = null;
        try
        {
            await ClusterOrganisation.PrepareAsync(cluster, cancellationToken);
            var key = await cluster.ServiceKeyAsync(ClusterOrganisation.Tenant.Value, cancellationToken);
            services = cluster.ConnectClient(ClusterOrganisation.Tenant.Value, key, client => client.AttemptTimeout = AttemptMax);
            return new GovernedSilo(cluster, key, services, await services.GetRequiredService<OrleansConnection>().ConnectedAsync(cancellationToken));
        }
        catch
        {
            if (services is not null)
                await services.DisposeAsync();
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The agent for which a caller asks when it draws from this budget.</summary>
    public static AgentId AgentOf(int budget, int caller)
    {
        var agents = ClusterOrganisation.AgentsOf[budget];
        return agents[caller % agents.Count];
    }

    /// <summary>A new agent whose budget has room for <paramref name="holds"/> of what a call holds.</summary>
    public Task<AgentId> LimitAsync(string name, int holds, CancellationToken cancellationToken) =>
        ClusterOrganisation.AddLimitedAsync(Cluster, name, Quantity.FromPico((Int128)holds * Money.Reserved * Money.PicoEach), cancellationToken);

    /// <summary>That agent's actor.</summary>
    public IAgentGrain Actor(int budget, int caller) => _actors[budget][caller % _actors[budget].Length];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
