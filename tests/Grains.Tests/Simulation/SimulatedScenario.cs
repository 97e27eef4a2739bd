using System.Text;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>Two processes and a small company: b-usd with 10.00 for the agent "single", a-usd and b-usd for "double". Stepped by the test.</summary>
internal sealed class SimulatedScenario
{
    private readonly SimulatedThread _outside;

    public SimulatedScenario(SimulationSettings? settings = null, int seed = 1)
    {
        // With one, what follows an answer would run elsewhere and at any time.
        SynchronizationContext.SetSynchronizationContext(null);
        World = new SimulatedWorld(seed) { StepsMax = 100_000 };
        Cluster = new SimulatedCluster(World, settings ?? new SimulationSettings { Nodes = 2 });
        _outside = new SimulatedThread(World);
        World.Run(() => Cluster.IsReady);
        Do(() => Cluster.Get<ITenantGrain>(TenantKey).PutAsync(new TenantDefinition("Acme"), Maria));
        Do(() => Cluster.Get<IBudgetGrain>(BudgetKey("a-usd")).PutAsync(Usd("10"), Maria));
        Do(() => Cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).PutAsync(Usd("10"), Maria));
        Do(() => RegisterAsync(Cluster, OneTree, Bound("b-usd")));
        Do(() => RegisterAsync(Cluster, TwoTrees, Bound("a-usd", "b-usd")));
        Do(() => RegisterAsync(Cluster, Unbound, new AgentDefinition()));
    }

    public SimulatedWorld World { get; }

    public SimulatedCluster Cluster { get; }

    /// <summary>The kinds of the stream's entries, in order.</summary>
    public string Kinds(string key) => string.Join(' ', Cluster.Disk.Entries.Where(entry => entry.Stream.Value == key).Select(entry => entry.Kind));

    public string Texts(WorkloadId id) =>
        string.Join('\n', Cluster.Disk.Entries.Where(entry => entry.Workload == id).Select(entry => Encoding.UTF8.GetString(entry.Text.Span)));

    /// <summary>A request that nobody has made yet.</summary>
    public WorkloadRequest Ask(string agent, string? amount = "1", int? ttlSeconds = null) =>
        Request(agent, Id(World.Clock.GetUtcNow(), World.Random), amount, ttlSeconds);

    /// <summary>An activation of the actor on the process, which has read its stream.</summary>
    public SimulatedActivation Activate(string key, int node)
    {
        var activation = Cluster.Activate(key, Cluster.Nodes[node]);
        switch (key[0])
        {
            case 'b':
                Do(() => Cluster.Get<IBudgetGrain>(activation).GetAsync(ScopePath.Root, null, 1));
                break;
            case 'p':
                Do(() => Cluster.Get<IApprovalGrain>(activation).GetAsync());
                break;
            case 't':
                Do(() => Cluster.Get<ITenantGrain>(activation).GetAsync());
                break;
            default:
                Do(() => Cluster.Get<IAgentGrain>(activation).GetAsync());
                break;
        }

        return activation;
    }

    /// <summary>The one activation that the actor has by now.</summary>
    public SimulatedActivation Only(string key) => Assert.Single(Cluster.Activations(key));

    public Task<T> Begin<T>(Func<Task<T>> call)
    {
        var ended = new TaskCompletionSource<T>();
        _outside.Run(async () =>
        {
            try
            {
                ended.SetResult(await call());
            }
            catch (Exception failure)
            {
                ended.SetException(failure);
            }
        });
        return ended.Task;
    }

    public T Do<T>(Func<Task<T>> call) => End(Begin(call));

    public T End<T>(Task<T> call)
    {
        World.Finish(call);
        return call.GetAwaiter().GetResult();
    }

    public TException Fails<TException, T>(Task<T> call) where TException : Exception
    {
        World.Finish(call);
        return Assert.IsType<TException>(call.Exception?.InnerException);
    }

    public UnavailableException IsUnavailable<T>(Task<T> call) => Fails<UnavailableException, T>(call);

    public BudgetLimitView Limit(string root)
    {
        var view = Do(() => Cluster.Get<IBudgetGrain>(BudgetKey(root)).GetAsync(ScopePath.Root, null, 1));
        return Assert.Single(view.Limits);
    }

    /// <summary>The whole ledger, told again.</summary>
    public LedgerAudit Audit()
    {
        var audit = new LedgerAudit(Cluster.Disk);
        audit.Read();
        return audit;
    }
}
