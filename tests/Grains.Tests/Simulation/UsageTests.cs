using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>Spend without a reservation in more than one budget: the entry of the last one is the record that all go by.</summary>
public sealed class UsageTests
{
    private static readonly SimulationSettings OneNode = new() { Nodes = 1 };

    [Fact]
    public void Report_CompletedByARepetition_KeepsThePriceAndTheRateInEveryBudget()
    {
        var scenario = new SimulatedScenario(OneNode);
        var eur = Unit.Parse("EUR");
        var rate = new ExchangeRate(eur, Unit.Usd, Quantity.Parse("1.25"), "treasury");
        scenario.Do(() => scenario.Cluster.Get<ITenantGrain>(TenantKey).PutPricesAsync([new ModelPrice("house", Quantity.FromUnits(4), Quantity.FromUnits(8), eur)], Maria));
        scenario.Do(() => scenario.Cluster.Get<ITenantGrain>(TenantKey).PutRatesAsync([rate], Maria));
        var report = Tokens(scenario);
        var reporting = scenario.Begin(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).RecordUsageAsync(report));
        scenario.World.Run(() => scenario.Kinds(BudgetKey("b-usd")) == "budget.defined usage.recorded");
        scenario.Cluster.Crash(scenario.Cluster.Nodes[0]);
        scenario.World.Run(() => reporting.IsCompleted && scenario.Cluster.IsReady);

        var answer = scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).RecordUsageAsync(report));

        var (first, last) = (Recorded(scenario, "a-usd", report), Recorded(scenario, "b-usd", report));
        Assert.Equal("15", first.Actual.ToString());
        Assert.NotNull(last.PriceBook);
        Assert.Equal((last.PriceBook, rate), (first.PriceBook, first.Rate));
        Assert.Equal((last.PriceBook, rate), (last.PriceBook, last.Rate));
        Assert.Equal(last.PriceBook, answer.PriceBook);
        Assert.All(answer.Budgets, settlement => Assert.Equal((last.PriceBook, rate), (settlement.PriceBook, settlement.Rate)));
    }

    [Fact]
    public void Report_SentTwiceWhileTheAgentIsBoundAnew_EveryBudgetIsChargedAsTheRecordSays()
    {
        var scopes = new HashSet<string>();
        for (var seed = 1; seed <= 40; seed++)
        {
            var scenario = new SimulatedScenario(OneNode, seed);
            var agent = scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees));
            scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("a-usd")).PutAsync(Tree(30, 20, 9), Maria));
            var report = Usage(TwoTrees, Id(scenario.World.Clock.GetUtcNow(), scenario.World.Random), "0.5");
            scenario.World.Holds = label => label == $"call {BudgetKey("b-usd")} RecordUsageAsync";
            var one = scenario.Begin(() => agent.RecordUsageAsync(report));
            scenario.World.Settle();
            scenario.Do(() => agent.PutAsync(Bound("a-usd:team", "b-usd"), Maria));
            var two = scenario.Begin(() => agent.RecordUsageAsync(report));
            scenario.World.Settle();
            scenario.World.Holds = _ => false;

            var answers = (scenario.End(one), scenario.End(two));

            var said = Recorded(scenario, "b-usd", report).Charged!.Value[0];
            Assert.Equal(said.Scope, Recorded(scenario, "a-usd", report).Scope);
            Assert.Equal(said, answers.Item1.Budgets[0]);
            Assert.Equal(said, answers.Item2.Budgets[0]);
            scopes.Add(said.Scope.Value);
        }

        // Either of the two was the record in some of the runs.
        Assert.Equal(["", "team"], scopes.Order());
    }

    [Fact]
    public void Report_SentTwiceAndBoundToOneBudgetMeanwhile_AnswersTheRecord()
    {
        var sizes = new HashSet<int>();
        for (var seed = 1; seed <= 40; seed++)
        {
            var scenario = new SimulatedScenario(OneNode, seed);
            var agent = scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees));
            scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).PutAsync(Tree(30, 20, 9), Maria));
            var report = Usage(TwoTrees, Id(scenario.World.Clock.GetUtcNow(), scenario.World.Random), "0.5");
            scenario.World.Holds = label => label == $"call {BudgetKey("b-usd")} RecordUsageAsync";
            var one = scenario.Begin(() => agent.RecordUsageAsync(report));
            scenario.World.Settle();
            scenario.Do(() => agent.PutAsync(Bound("b-usd:team"), Maria));
            var two = scenario.Begin(() => agent.RecordUsageAsync(report));
            scenario.World.Settle();
            scenario.World.Holds = _ => false;

            var answers = (scenario.End(one), scenario.End(two));

            var said = Recorded(scenario, "b-usd", report).Charged!.Value;
            Assert.Equal(said, answers.Item1.Budgets);
            Assert.Equal(said, answers.Item2.Budgets);
            sizes.Add(said.Length);
        }

        Assert.Equal([1, 2], sizes.Order());
    }

    [Fact]
    public void Report_NoneOfTheBoundBudgetsExists_SaysSo()
    {
        var scenario = new SimulatedScenario(OneNode);
        var agent = scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees));
        scenario.Do(() => agent.PutAsync(Bound("x-usd", "y-usd"), Maria));
        var report = Usage(TwoTrees, Id(scenario.World.Clock.GetUtcNow(), scenario.World.Random), "0.5");

        var refused = scenario.Fails<InvalidRequestException, SettlementResult>(scenario.Begin(() => agent.RecordUsageAsync(report)));

        Assert.Equal("unit_mismatch", refused.Code);
        Assert.Equal("actual: states 0.5 USD, but none of this agent's budgets exists: x-usd, y-usd", refused.Message);
    }

    [Fact]
    public void Authorize_NoneOfTheBoundBudgetsExists_IsRefusedForThat()
    {
        var scenario = new SimulatedScenario(OneNode);
        var agent = scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees));
        scenario.Do(() => agent.PutAsync(Bound("x-usd", "y-usd"), Maria));

        var decision = scenario.Do(() => agent.AuthorizeAsync(scenario.Ask(TwoTrees, "1")));

        Assert.Equal((ReasonCodes.BudgetMissing, "x-usd"), (decision.ReasonCode, decision.DeterminedBy));
    }

    private static UsageReport Tokens(SimulatedScenario scenario) =>
        Usage(TwoTrees, Id(scenario.World.Clock.GetUtcNow(), scenario.World.Random), "1") with
        {
            Actual = null, Model = "house", Usage = new TokenUsage(1_000_000, 1_000_000),
        };

    private static UsageRecorded Recorded(SimulatedScenario scenario, string root, UsageReport report) => Assert.Single(
        scenario.Cluster.Disk.Entries
            .Where(entry => entry.Stream.Value == BudgetKey(root) && entry.Workload == report.Id)
            .Select(EntryText.Read).OfType<UsageRecorded>());
}
