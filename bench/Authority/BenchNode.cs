using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Hosting;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>A whole node in the bench's own process, so that its actors can be called without a client and its heap be weighed.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private static readonly Operation Operation = new("answer ticket", "inference");
    private static readonly Attribution Attribution = new("support", "helpdesk", "production", "customer-17", "chat");
    private static readonly Estimate Estimate = Estimate.OfTokens(900, 300);
    private static readonly Reconciliation Actual = new(new TokenUsage(900, 120), LatencyMs: 840);

    private readonly WebApplication _node;
    private readonly RehearsedLedger _ledger;

    private BenchNode(WebApplication node)
    {
        _node = node;
        _ledger = (RehearsedLedger)node.Services.GetRequiredService<ILedger>();
        Grains = node.Services.GetRequiredService<IGrainFactory>();
    }

    /// <summary>Its actors.</summary>
    public IGrainFactory Grains { get; }

    /// <summary>Starts a node on <paramref name="folder"/> and makes the tenant.</summary>
    public static async Task<BenchNode> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var options = new NodeOptions { Urls = "http://127.0.0.1:0", Data = folder, SiloPort = 0, GatewayPort = 0, ActorTimeout = TimeSpan.FromMinutes(1) };
        var node = new BenchNode(NodeHost.Build(options, builder => builder.Services
            .AddSingleton<LedgerWriter>()
            .AddSingleton<ILedger>(services => new RehearsedLedger(services.GetRequiredService<LedgerWriter>(), services.GetRequiredService<AuthorityWatch>()))));
        try
        {
            await node._node.StartNodeAsync(cancellationToken);
            await node.Grains.GetGrain<ITenantGrain>(ITenantGrain.Key(NodeSetup.Tenant)).PutAsync(
                new TenantDefinition("Bench", AuthorityMode.Required), Principal.Bootstrap);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>An agent.</summary>
    public IAgentGrain Agent(string key) => Grains.GetGrain<IAgentGrain>(key);

    /// <summary>From now on the node's decisions reach no disk.</summary>
    public void LeaveOutDisk() => _ledger.LeaveOutDisk();

    /// <summary>What an agent asks for: a call of a model that the price book knows.</summary>
    public static WorkloadRequest Request(AgentId agent) => new(
        agent, Operation, Attribution, WorkloadId.New(TimeProvider.System.GetUtcNow()), "openai", "gpt-4o-mini", Estimate: Estimate);

    /// <summary>The decision on <paramref name="request"/>, which has to be ALLOWED.</summary>
    /// <exception cref="BenchException">It is not.</exception>
    public static async Task<Decision> AllowedAsync(IAgentGrain agent, WorkloadRequest request, bool dryRun = false)
    {
        var decision = await agent.AuthorizeAsync(request, dryRun);
        return decision.Result == DecisionResult.Allowed
            ? decision
            : throw new BenchException($"{request.Id} must be allowed, but is {decision.Result}: {decision.ReasonCode} {decision.Reason}");
    }

    /// <summary>Says what it did cost.</summary>
    /// <exception cref="BenchException">It is not reconciled.</exception>
    public static async Task ReconcileAsync(IAgentGrain agent, WorkloadId id)
    {
        var settled = await agent.ReconcileAsync(id, Actual);
        if (settled.State != WorkloadState.Reconciled)
            throw new BenchException($"{id} must be reconciled, but is {settled.State}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _node.StopAsync(limit.Token);
        await _node.DisposeAsync();
    }
}
