using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>Which workloads are listed as held, where one is held for in more than one budget.</summary>
public sealed class WorkloadListingTests
{
    [Fact]
    public void Held_InEveryBudget_IsListedOnce()
    {
        var (scenario, id) = HeldInThree();

        Assert.Equal([id], Listed(scenario, WorkloadState.Open));
    }

    [Fact]
    public void Unresolved_SettledInTheBudgetThatDecides_IsStillListedOnce()
    {
        var (scenario, id) = HeldInThree();
        Expire(scenario);
        Settle(scenario, id, "c-usd");

        Assert.Equal([id], Listed(scenario, WorkloadState.Unresolved));
        Assert.Equal([id], Listed(scenario, WorkloadState.Unresolved, "b-usd"));
        Assert.Empty(Listed(scenario, WorkloadState.Unresolved, "c-usd"));
    }

    [Fact]
    public void Open_SettledInTheBudgetThatDecides_IsStillListedOnce()
    {
        var (scenario, id) = HeldInThree();
        Settle(scenario, id, "c-usd");

        Assert.Equal([id], Listed(scenario, WorkloadState.Open));
    }

    [Fact]
    public void Unresolved_SettledInAllButOne_IsListedUntilThatOneIsSettled()
    {
        var (scenario, id) = HeldInThree();
        Expire(scenario);
        Settle(scenario, id, "a-usd");
        Settle(scenario, id, "c-usd");
        Assert.Equal([id], Listed(scenario, WorkloadState.Unresolved));

        Settle(scenario, id, "b-usd");

        Assert.Empty(Listed(scenario, WorkloadState.Unresolved));
    }

    private static (SimulatedScenario Scenario, WorkloadId Id) HeldInThree()
    {
        var scenario = new SimulatedScenario(new SimulationSettings { Nodes = 1 });
        scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey("c-usd")).PutAsync(Usd("10"), Maria));
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).PutAsync(Bound("a-usd", "b-usd", "c-usd"), Maria));
        var request = scenario.Ask(TwoTrees, ttlSeconds: 60);
        scenario.Do(() => scenario.Cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).AuthorizeAsync(request));
        return (scenario, request.Id!.Value);
    }

    private static void Expire(SimulatedScenario scenario)
    {
        scenario.World.Clock.Advance(TimeSpan.FromMinutes(2));
        foreach (var root in (string[])["c-usd", "b-usd", "a-usd"])
            scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey(root)).SettleDueAsync());
    }

    private static void Settle(SimulatedScenario scenario, WorkloadId id, string root) => scenario.Do(() => scenario.Cluster.Get<IBudgetGrain>(BudgetKey(root)).SettleAsync(
        new SettleCommand(id, Actual("0.5"), new Charge(Quantity.Parse("0.5")))));

    private static List<WorkloadId> Listed(SimulatedScenario scenario, WorkloadState state, string? budget = null)
    {
        var reader = new SimulatedReader(scenario.World, scenario.Cluster.Nodes[0].Store, () => 0);
        var grains = SimulatedGrainFactory.For(scenario.Cluster);
        var directory = new WorkloadDirectory(
            reader, new WorkloadIndex(grains, scenario.Cluster.Nodes[0].Watch, scenario.World.Clock, NullLogger<WorkloadIndex>.Instance), grains, scenario.World.Clock, Options.Create(new AgentGrainOptions()));
        var root = budget is null ? (BudgetRoot?)null : BudgetRoot.Parse(budget);

        // One on a page, so that a page begins within a budget.
        var ids = new List<WorkloadId>();
        string? next = null;
        do
        {
            var page = scenario.Do(() => directory.ListAsync(Acme, state, null, root, next, 1, TestContext.Current.CancellationToken));
            ids.AddRange(page.Items.Select(item => item.Id));
            next = page.Next;
        }
        while (next is not null);
        return ids;
    }
}
