using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A report that comes again long after: the prices of then are forgotten, and it comes to other amounts.</summary>
public sealed class ReconcilingTests
{
    private static readonly SimulationSettings OneNode = new() { Nodes = 1 };

    [Theory]
    [InlineData(OneTree)]
    [InlineData(TwoTrees)]
    public void SameReport_AfterThePricesOfThenAreForgotten_AnswersWhatIsRecorded(string name)
    {
        var scenario = new SimulatedScenario(OneNode);
        var agent = scenario.Cluster.Get<IAgentGrain>(AgentKey(name));
        PutPrice(scenario, 1);
        var request = Tokens(scenario, name);
        scenario.Do(() => agent.AuthorizeAsync(request));
        var report = new Reconciliation(new TokenUsage(500_000, 500_000));
        var first = scenario.Do(() => agent.ReconcileAsync(request.Id!.Value, report));
        ForgetPrices(scenario);

        var again = scenario.Do(() => agent.ReconcileAsync(request.Id!.Value, report));

        Assert.NotNull(first.PriceBook);
        Assert.Equal(first.PriceBook, again.PriceBook);
        Assert.All(first.Budgets, settlement => Assert.Equal("1", settlement.Actual.ToString()));
        Assert.Equal(first.Budgets, again.Budgets);
    }

    [Theory]
    [InlineData(OneTree)]
    [InlineData(TwoTrees)]
    public void OtherReport_AfterThePricesOfThenAreForgotten_IsAConflict(string name)
    {
        var scenario = new SimulatedScenario(OneNode);
        var agent = scenario.Cluster.Get<IAgentGrain>(AgentKey(name));
        PutPrice(scenario, 1);
        var request = Tokens(scenario, name);
        scenario.Do(() => agent.AuthorizeAsync(request));
        scenario.Do(() => agent.ReconcileAsync(request.Id!.Value, new Reconciliation(new TokenUsage(500_000, 500_000))));
        ForgetPrices(scenario);

        var refused = scenario.Fails<ConflictException, SettlementResult>(
            scenario.Begin(() => agent.ReconcileAsync(request.Id!.Value, new Reconciliation(new TokenUsage(500_000, 500_001)))));

        Assert.Equal("already_resolved", refused.Code);
    }

    private static WorkloadRequest Tokens(SimulatedScenario scenario, string name) =>
        scenario.Ask(name) with { Model = "house", Estimate = Estimate.OfTokens(1_000_000, 1_000_000) };

    private static void ForgetPrices(SimulatedScenario scenario)
    {
        for (var version = 2; version <= PriceHistory.VersionsMax + 1; version++)
        {
            scenario.World.Clock.Advance(TimeSpan.FromMinutes(10));
            PutPrice(scenario, version);
        }
    }

    private static void PutPrice(SimulatedScenario scenario, int perMillion) => scenario.Do(() => scenario.Cluster.Get<ITenantGrain>(TenantKey).PutPricesAsync(
        [new ModelPrice("house", Quantity.FromUnits(perMillion), Quantity.FromUnits(perMillion), Unit.Usd)], Maria));
}
