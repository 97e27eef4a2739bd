using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Tests.Ledger;
using GenOps.ControlPlane.Tests.Simulation;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>A silo whose watch is stopped: what it does not ask for it never learns.</summary>
public sealed class LateSiloTests
{
    private const string Worker = "worker";

    private readonly SimulatedScenario _scenario = new(new SimulationSettings { Nodes = 2, Watch = new() { PollInterval = TimeSpan.FromDays(40) } });

    public LateSiloTests()
    {
        _scenario.Do(() => Agent(Worker).PutAsync(new AgentDefinition(), Maria));
        foreach (var activation in _scenario.Cluster.Activations(AgentKey(Worker)).ToList())
            _scenario.Cluster.Forget(activation);
    }

    [Fact]
    public void Authorize_OwnChangeConfirmedOnlyAfterAnotherActivationRevoked_IsBlocked()
    {
        var first = _scenario.Activate(AgentKey(Worker), 0);
        _scenario.Do(() => Agent(first).PutDelegationAsync(DelegationId.Parse("d-1"), ToWorker(), Maria));

        // The ledger takes the change, and its answer is held until another activation has revoked what is in it.
        var store = _scenario.Cluster.Nodes[0].Store;
        store.Script(SimulatedFate.AnswerLost);
        var changing = _scenario.Begin(() => Agent(first).PutDelegationAsync(DelegationId.Parse("d-2"), ToWorker(), Maria));
        _scenario.World.Run(() => _scenario.Kinds(AgentKey(Worker)) == "agent.defined delegation.granted delegation.granted");
        _scenario.World.Frozen.Add(store);
        var second = _scenario.Activate(AgentKey(Worker), 1);
        foreach (var id in (string[])["d-1", "d-2"])
            _scenario.Do(() => Agent(second).RevokeDelegationAsync(DelegationId.Parse(id), "enough", Maria));
        _scenario.World.Frozen.Clear();
        _scenario.End(changing);

        var decision = _scenario.Do(() => Agent(first).AuthorizeAsync(_scenario.Ask(Worker, null)));

        Assert.Equal((DecisionResult.Blocked, ReasonCodes.AuthorityRevoked), (decision.Result, decision.ReasonCode));
    }

    [Fact]
    public void Authorize_DryRunAfterARevocationElsewhere_IsBlocked()
    {
        var (first, second) = Granted();

        _scenario.Do(() => Agent(second).RevokeDelegationAsync(DelegationId.Parse("d-1"), "enough", Maria));

        var decision = _scenario.Do(() => Agent(first).AuthorizeAsync(_scenario.Ask(Worker, null), dryRun: true));
        Assert.Equal((DecisionResult.Blocked, ReasonCodes.AuthorityRevoked), (decision.Result, decision.ReasonCode));
    }

    [Fact]
    public void Delegate_WithAKeyThatWasRevokedElsewhere_IsRefused()
    {
        var (first, second) = Granted();
        var made = _scenario.Do(() => Tenant.CreateKeyAsync(new KeyRequest(Role.Service, Principal.Of(AgentId.Parse(Worker))), Maria));
        var credential = new Credential(Acme, made.Id, Role.Service, Principal.Of(AgentId.Parse(Worker)), [], AgentId.Parse(Worker));
        _scenario.Do(() => Passing(first, "d-2", credential));
        foreach (var activation in _scenario.Cluster.Activations(TenantKey).ToList())
            _scenario.Cluster.Forget(activation);
        _scenario.Cluster.Activate(TenantKey, second.Node);

        _scenario.Do(() => Tenant.RevokeKeyAsync(made.Id, Maria));

        Assert.Equal("unauthenticated", _scenario.Fails<AccessDeniedException, DelegationView>(_scenario.Begin(() => Passing(first, "d-3", credential))).Code);
    }

    [Fact]
    public void Delegate_ByAnAgentThatWasSuspendedElsewhere_IsRefused()
    {
        var (first, second) = Granted();

        _scenario.Do(() => Agent(second).SuspendAsync("it loops", Maria));

        Assert.Equal("agent_suspended", _scenario.Fails<ConflictException, DelegationView>(_scenario.Begin(() => Passing(first, "d-2", null))).Code);
    }

    [Fact]
    public void Close_WorkInFlight_IsListedCantBeExtendedAndIsStillSettled()
    {
        var (first, second) = Granted();
        var decision = _scenario.Do(() => Agent(first).AuthorizeAsync(_scenario.Ask(Worker, null)));

        _scenario.Do(() => Agent(second).CloseAsync(Maria));

        Assert.Equal([decision.Id], _scenario.Do(() => Agent(first).ListRevokedAsync([decision.Id])));
        Assert.Equal("authority_revoked", _scenario.Fails<ConflictException, ExtendResult>(_scenario.Begin(() => Agent(first).ExtendAsync(decision.Id, 60))).Code);
        Assert.Equal(WorkloadState.Reconciled, _scenario.Do(() => Agent(first).ReconcileAsync(decision.Id, new Reconciliation())).State);
    }

    private ITenantGrain Tenant => _scenario.Cluster.Get<ITenantGrain>(TenantKey);

    private IAgentGrain Agent(string name) => _scenario.Cluster.Get<IAgentGrain>(AgentKey(name));

    private IAgentGrain Agent(SimulatedActivation activation) => _scenario.Cluster.Get<IAgentGrain>(activation);

    private static DelegationDefinition ToWorker() => new(Maria, Principal.Of(AgentId.Parse(Worker)));

    /// <summary>Two activations that both know what the worker was granted, and have used it.</summary>
    private (SimulatedActivation First, SimulatedActivation Second) Granted()
    {
        var first = _scenario.Activate(AgentKey(Worker), 0);
        _scenario.Do(() => Agent(first).PutDelegationAsync(DelegationId.Parse("d-1"), ToWorker(), Maria));
        Assert.Equal(DecisionResult.Allowed, _scenario.Do(() => Agent(first).AuthorizeAsync(_scenario.Ask(Worker, null))).Result);
        return (first, _scenario.Activate(AgentKey(Worker), 1));
    }

    private async Task<DelegationView> Passing(SimulatedActivation grantor, string id, Credential? credential)
    {
        CallerContext.Set(credential);
        return await Agent(grantor).DelegateAsync(
            DelegationId.Parse(id), new DelegationDefinition(Principal.Of(AgentId.Parse(Worker)), Principal.Of(AgentId.Parse(OneTree)), DelegationId.Parse("d-1")));
    }
}
