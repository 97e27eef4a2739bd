using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Silo.Tests.Cluster;

/// <summary>One real silo over a real SQLite ledger in a temporary folder, without doors: actors are called directly.</summary>
public sealed class TestNode : IAsyncDisposable
{
    public static readonly TenantId Acme = TenantId.Parse("acme");
    public static readonly Principal Maria = Principal.Parse("user:maria");

    private readonly PortLease _siloPort = PortLease.Take();
    private readonly PortLease _gatewayPort = PortLease.Take();
    private readonly bool _ownsFolder;
    private IHost? _host;

    public TestNode(string? folder = null, Action<IServiceCollection>? configure = null)
    {
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("genops-test-").FullName;
        Configure = configure;
    }

    public string Folder { get; }

    public IServiceProvider Services => _host!.Services;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public ILedgerStore Store => Services.GetRequiredService<ILedgerStore>();

    private Action<IServiceCollection>? Configure { get; }

    public async Task<TestNode> StartAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(_siloPort.Port, _gatewayPort.Port);
            silo.AddSnapshotStorage(storage => storage.DatabasePath = Path.Combine(Folder, "snapshots.db"));
            silo.Services.AddSqliteLedger(ledger => ledger.DatabasePath = Path.Combine(Folder, "ledger.db"));
            silo.Services.AddGenOpsGrains();
            Configure?.Invoke(silo.Services);
        });
        _host = builder.Build();
        await _host.StartAsync();
        return this;
    }

    public IAgentGrain Agent(string name) => Grains.GetGrain<IAgentGrain>(IAgentGrain.Key(Acme, AgentId.Parse(name)));

    public IBudgetGrain Budget(string root) => Grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key(Acme, BudgetRoot.Parse(root)));

    public ITenantGrain Tenant() => Grains.GetGrain<ITenantGrain>(ITenantGrain.Key(Acme));

    /// <summary>A tenant with an agent that may do everything on Maria's authority, and draws from the named budgets.</summary>
    public async Task RegisterAsync(string agent, params (string Root, BudgetDefinition Definition)[] budgets)
    {
        await Tenant().PutAsync(new TenantDefinition("Acme"), Maria);
        foreach (var (root, definition) in budgets)
            await Budget(root).PutAsync(definition, Maria);
        await Agent(agent).PutAsync(
            new AgentDefinition([.. budgets.Select(budget => new BudgetBinding(BudgetRoot.Parse(budget.Root)))]), Maria);
        await Agent(agent).PutDelegationAsync(
            DelegationId.Parse(agent), new DelegationDefinition(Maria, Principal.Of(AgentId.Parse(agent))), Maria);
    }

    public static BudgetDefinition Usd(string limit) => new(Unit.Usd, Limit: Quantity.Parse(limit));

    public static WorkloadRequest Request(string agent, string amount, WorkloadId? id = null) => new(
        AgentId.Parse(agent), new Operation("answer", "inference"), new Attribution("support", "helpdesk", "test"),
        id ?? WorkloadId.New(TimeProvider.System.GetUtcNow()), Estimate: Estimate.Of(new Amount(Quantity.Parse(amount), Unit.Usd)));

    public static Reconciliation Actual(string amount) => new(Actual: [new Amount(Quantity.Parse(amount), Unit.Usd)]);

    /// <summary>What the ledger says about a workload once it says what is waited for; the test's own time limit ends it.</summary>
    public async Task<WorkloadRecord> UntilAsync(WorkloadId id, Func<WorkloadRecord, bool> condition, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (WorkloadRecord.Of(id, await Store.FindWorkloadAsync(Acme, id)) is { } record && condition(record))
                return record;
        }

        throw new OperationCanceledException();
    }

    public async Task StopAsync()
    {
        if (_host is { } host)
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
            _host = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _siloPort.Dispose();
        _gatewayPort.Dispose();
        if (_ownsFolder)
            Directory.Delete(Folder, recursive: true);
    }
}
