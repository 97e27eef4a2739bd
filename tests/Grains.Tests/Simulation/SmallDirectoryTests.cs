using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>More agents pass authority on than a silo remembers.</summary>
public sealed class SmallDirectoryTests
{
    private const string Worker = "worker";
    private static readonly string[] Above = ["lead", "planner", "desk"];

    private readonly SimulatedScenario _scenario;
    private int _folds;

    public SmallDirectoryTests()
    {
        _scenario = new SimulatedScenario(new SimulationSettings { Directory = { AgentsMax = 1 }, Reader = Counting });
        foreach (var agent in (string[])[.. Above, Worker])
            _scenario.Do(() => Agent(agent).PutAsync(new AgentDefinition(), Maria));
        Grant("d-0", "user:maria", "lead");
        Grant("d-1", "agent:lead", "planner", "d-0");
        Grant("d-2", "agent:planner", "desk", "d-1");
        Grant("d-3", "agent:desk", Worker, "d-2");
    }

    [Fact]
    public void Authorize_ChainOverMoreGrantorsThanAreRemembered_DecidesAndReadsThemOnce()
    {
        var first = Ask();
        var folds = _folds;
        var second = Ask();

        Assert.Equal(["d-0", "d-1", "d-2", "d-3"], first.Chain!.Value.Select(id => id.Value));
        Assert.Equal(DecisionResult.Allowed, second.Result);
        Assert.Equal(folds, _folds);
    }

    [Fact]
    public void Authorize_TopRevokedAfterItWasForgotten_IsRefused()
    {
        Ask();
        _scenario.Do(() => Agent("lead").RevokeDelegationAsync(DelegationId.Parse("d-0"), "enough", Maria));
        var after = Ask();

        Assert.Equal((DecisionResult.Blocked, ReasonCodes.AuthorityRevoked, "delegation d-0"), (after.Result, after.ReasonCode, after.DeterminedBy));
    }

    private ILedgerReader Counting(ILedgerReader reader) => Scripted.Of<ILedgerReader>((name, args) =>
    {
        if (name == nameof(ILedgerReader.ReadAuthorityAsync))
            _folds++;
        return typeof(ILedgerReader).GetMethod(name)!.Invoke(reader, args);
    });

    private IAgentGrain Agent(string agent) => _scenario.Cluster.Get<IAgentGrain>(AgentKey(agent));

    private Decision Ask() => _scenario.Do(() => Agent(Worker).AuthorizeAsync(_scenario.Ask(Worker, null)));

    private void Grant(string id, string from, string to, string? parent = null) => _scenario.Do(() => Agent(to).PutDelegationAsync(
        DelegationId.Parse(id),
        new DelegationDefinition(Principal.Parse(from), Principal.Of(AgentId.Parse(to)), parent is null ? null : DelegationId.Parse(parent)), Maria));
}
