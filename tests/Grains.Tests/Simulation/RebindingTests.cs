using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>
/// An agent that is bound anew between two attempts of one request. The first ended with a hold in a-usd, which b-usd was to decide;
/// it runs out after a minute, and a-usd asks what became of it.
/// </summary>
public sealed class RebindingTests
{
    private readonly SimulatedScenario _scenario = new(new SimulationSettings { Nodes = 1 });
    private readonly WorkloadRequest _request;

    public RebindingTests()
    {
        _scenario.Do(() => _scenario.Cluster.Get<IBudgetGrain>(BudgetKey("c-usd")).PutAsync(Usd("10"), Maria));
        _request = _scenario.Ask(TwoTrees, ttlSeconds: 60);
        var asking = _scenario.Begin(() => _scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(_request));
        _scenario.World.Run(() => _scenario.Kinds(BudgetKey("a-usd")) == "budget.defined workload.held");
        _scenario.Cluster.Crash(_scenario.Cluster.Nodes[0]);
        _scenario.World.Run(() => asking.IsCompleted && _scenario.Cluster.IsReady);
    }

    [Fact]
    public void Expiry_DecidedElsewhereAndNamingTheHold_StaysCounted()
    {
        var decision = AskBoundTo("a-usd", "c-usd");
        Assert.Equal(DecisionResult.Allowed, decision.Result);
        Assert.Equal(["a-usd", "c-usd"], decision.Reservations.Select(held => held.Budget.Value));

        RunOut();

        Assert.Equal(("1", "1"), (_scenario.Limit("a-usd").Unresolved.ToString(), _scenario.Limit("c-usd").Unresolved.ToString()));
        Assert.Equal("budget.defined workload.held workload.unresolved", _scenario.Kinds(BudgetKey("a-usd")));
        Assert.Equal("budget.defined", _scenario.Kinds(BudgetKey("b-usd")));
        _scenario.Audit();
    }

    [Fact]
    public void Expiry_DecidedWithoutTheHold_IsGivenBack()
    {
        var decision = AskBoundTo("b-usd", "c-usd");
        Assert.Equal(DecisionResult.Allowed, decision.Result);
        Assert.Equal(["b-usd", "c-usd"], decision.Reservations.Select(held => held.Budget.Value));
        _scenario.Do(() => _scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).ReconcileAsync(_request.Id!.Value, Actual("0.5")));

        RunOut();

        Assert.Equal("budget.defined workload.held workload.released", _scenario.Kinds(BudgetKey("a-usd")));
        Assert.Equal(("10", "9.5", "9.5"), (Remaining("a-usd"), Remaining("b-usd"), Remaining("c-usd")));
        _scenario.Audit();
    }

    [Fact]
    public void Expiry_RefusedElsewhere_GivesEveryHoldBack()
    {
        _scenario.Do(() => _scenario.Cluster.Get<IBudgetGrain>(BudgetKey("c-usd")).PutAsync(Usd("0"), Maria));
        Assert.Equal(DecisionResult.Blocked, AskBoundTo("b-usd", "c-usd").Result);

        RunOut();

        Assert.Equal("budget.defined workload.held workload.released", _scenario.Kinds(BudgetKey("a-usd")));
        Assert.Equal("budget.defined workload.held workload.released", _scenario.Kinds(BudgetKey("b-usd")));
        Assert.Equal(("10", "10"), (Remaining("a-usd"), Remaining("b-usd")));
        _scenario.Audit();
    }

    private Decision AskBoundTo(params string[] roots)
    {
        _scenario.Do(() => _scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).PutAsync(Bound(roots), Maria));
        return _scenario.Do(() => _scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(_request));
    }

    private void RunOut()
    {
        _scenario.World.Clock.Advance(TimeSpan.FromMinutes(3));
        foreach (var root in new[] { "c-usd", "a-usd" })
            _scenario.Do(() => _scenario.Cluster.Get<IBudgetGrain>(BudgetKey(root)).SettleDueAsync());
    }

    private string Remaining(string root) => _scenario.Limit(root).Remaining.ToString()!;
}
