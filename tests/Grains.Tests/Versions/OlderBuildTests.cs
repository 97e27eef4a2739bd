using System.Text;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Tests.Simulation;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Versions;

/// <summary>Nodes of this build beside nodes of a later one, which write to the same ledger.</summary>
public sealed class OlderBuildTests
{
    private readonly SimulatedScenario _scenario = new(new SimulationSettings { Nodes = 1, SnapshotEntriesMin = 1 });

    private SimulatedCluster Cluster => _scenario.Cluster;

    [Fact]
    public void Stream_WithMoreMembers_IsReadAndWritten()
    {
        Add(BudgetKey("b-usd"), Frozen("a-team"), entry => LaterBuild.Writes(entry, "\"reason\"", "\"ticket\":{\"number\":7},\"reason\""));
        Restart();

        Assert.Equal(DecisionResult.Allowed, Authorize(OneTree).Result);
        Assert.Equal("budget.defined budget.frozen workload.reserved", _scenario.Kinds(BudgetKey("b-usd")));
    }

    [Fact]
    public void Stream_WithAnUnknownKind_IsRefusedAndNoOther()
    {
        Add(BudgetKey("b-usd"), Frozen(""), LaterBuild.OfUnknownKind);

        Assert.Equal("build_too_old", Refused(() => Cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).GetAsync(ScopePath.Root, null, 1)).Code);
        Assert.Equal("build_too_old", Refused(() => Cluster.Get<IAgentGrain>(AgentKey(OneTree)).AuthorizeAsync(_scenario.Ask(OneTree))).Code);
        Assert.Equal("10", _scenario.Limit("a-usd").Remaining.ToString());
        Assert.Equal(DecisionResult.Allowed, Authorize(Unbound).Result);
    }

    [Fact]
    public void Stream_WithAnUnknownKind_IsNotWrittenAndItsActorMakesRoomForANewerNode()
    {
        Authorize(OneTree);
        _scenario.Only(BudgetKey("b-usd"));
        Add(BudgetKey("b-usd"), Frozen(""), LaterBuild.OfUnknownKind);
        var request = _scenario.Ask(OneTree);

        // The first is fenced off by what it does not know of, the second reads it; neither decides.
        Refused(() => Cluster.Get<IAgentGrain>(AgentKey(OneTree)).AuthorizeAsync(request));
        Assert.Equal("build_too_old", Refused(() => Cluster.Get<IAgentGrain>(AgentKey(OneTree)).AuthorizeAsync(request)).Code);
        _scenario.World.Settle();

        Assert.Empty(Cluster.Activations(BudgetKey("b-usd")));
        Assert.Equal("budget.defined workload.reserved budget.teleported", _scenario.Kinds(BudgetKey("b-usd")));
    }

    [Fact]
    public void Tenant_WithALaterVersion_IsRefusedUntilItsNodeIsUpgraded()
    {
        Authorize(OneTree);
        Add(TenantKey, new TenantSuspended("incident 7", Maria), LaterBuild.OfNextVersion, changesAuthority: true);
        Restart();

        Assert.Equal("build_too_old", Refused(() => Cluster.Get<IAgentGrain>(AgentKey(OneTree)).AuthorizeAsync(_scenario.Ask(OneTree))).Code);
        Assert.Equal("build_too_old", Refused(() => Cluster.Get<ITenantGrain>(TenantKey).GetAsync()).Code);
    }

    [Theory]
    [InlineData("\"version\":5", "\"version\":6")]
    [InlineData("\"archived\":false", "\"archived\":false,\"paused\":true")]
    [InlineData("{", "[")]
    public void Snapshot_OfAnUnknownFormat_IsDiscardedAndTheStreamRead(string old, string text)
    {
        Authorize(OneTree);
        _scenario.World.Settle();
        var snapshot = Cluster.Snapshots.Find(BudgetKey("b-usd"))!;
        var image = Encoding.UTF8.GetString(snapshot.Payload);
        Assert.Contains(old, image, StringComparison.Ordinal);
        snapshot.Payload = Encoding.UTF8.GetBytes(image.Replace(old, text, StringComparison.Ordinal));
        var read = Cluster.Snapshots.Read;
        Restart();

        Assert.Equal("9 1", $"{_scenario.Limit("b-usd").Remaining} {_scenario.Limit("b-usd").Reserved}");
        Assert.Equal(read + 1, Cluster.Snapshots.Read);
    }

    private static BudgetFrozen Frozen(string scope) => new(ScopePath.Parse(scope), "incident 7", Maria);

    private Decision Authorize(string agent)
    {
        var request = _scenario.Ask(agent, agent == Unbound ? null : "1");
        return _scenario.Do(() => Cluster.Get<IAgentGrain>(AgentKey(agent)).AuthorizeAsync(request));
    }

    private UnavailableException Refused<T>(Func<Task<T>> call) => _scenario.IsUnavailable(_scenario.Begin(call));

    private void Add(string stream, LedgerEvent content, Func<LedgerEntry, LedgerEntry> later, bool changesAuthority = false)
    {
        var id = new StreamId(stream);
        var head = Cluster.Disk.HeadOf(id);
        var entry = later(EntryText.Compose(id, head, content, _scenario.World.Clock.GetUtcNow()));
        Assert.Equal(AppendOutcome.Accepted, Assert.Single(Cluster.Disk.Apply([[new StreamAppend(id, head, [entry], changesAuthority)]]).Outcomes));
    }

    private void Restart()
    {
        Cluster.Crash(Cluster.Nodes[0]);
        _scenario.World.Run(() => Cluster.IsReady);
    }
}
