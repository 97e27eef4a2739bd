using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>Authority that is passed on, from Maria to a planner to a worker, and taken away.</summary>
public sealed class DelegatingTests
{
    private const string Planner = "planner";
    private const string Worker = "worker";

    private readonly SimulatedScenario _scenario = new();

    public DelegatingTests()
    {
        foreach (var agent in (string[])[Planner, Worker])
            _scenario.Do(() => Agent(agent).PutAsync(new AgentDefinition(), Maria));
    }

    [Fact]
    public void Authorize_NoDelegation_IsRefusedAsMissing()
    {
        var decision = Ask(Worker);

        Assert.Equal((DecisionResult.Blocked, ReasonCodes.AuthorityMissing), (decision.Result, decision.ReasonCode));
        Assert.EndsWith("workload.refused", _scenario.Kinds(AgentKey(Worker)), StringComparison.Ordinal);
    }

    [Fact]
    public void Authorize_ChainOfTwo_IsAllowedAndNamesItFromThePersonDown()
    {
        Grant("d-1", "user:maria", Planner);
        Grant("d-2", "agent:planner", Worker, "d-1");

        var decision = Ask(Worker);

        Assert.Equal(DecisionResult.Allowed, decision.Result);
        Assert.Equal(["d-1", "d-2"], decision.Chain!.Value.Select(id => id.Value));
    }

    [Fact]
    public void Revoke_TopOfTheChain_EndsWhatIsBelowAndNamesTheLink()
    {
        Grant("d-1", "user:maria", Planner);
        Grant("d-2", "agent:planner", Worker, "d-1");
        var before = Ask(Worker);

        var change = _scenario.Do(() => Agent(Planner).RevokeDelegationAsync(DelegationId.Parse("d-1"), "enough", Maria));
        var after = Ask(Worker);

        Assert.Equal(DecisionResult.Allowed, before.Result);
        Assert.Equal((ReasonCodes.AuthorityRevoked, "delegation d-1"), (after.ReasonCode, after.DeterminedBy));
        Assert.Contains("enough", after.Reason, StringComparison.Ordinal);
        Assert.True(after.Epoch >= change.Epoch);
    }

    [Fact]
    public void Revoke_WorkInFlight_IsListedCantBeReplayedOrExtendedAndIsStillSettled()
    {
        Grant("d-1", "user:maria", Planner);
        Grant("d-2", "agent:planner", Worker, "d-1");
        var request = _scenario.Ask(Worker, null);
        var decision = _scenario.Do(() => Agent(Worker).AuthorizeAsync(request));

        Assert.Empty(_scenario.Do(() => Agent(Worker).ListRevokedAsync([decision.Id])));
        _scenario.Do(() => Agent(Planner).RevokeDelegationAsync(DelegationId.Parse("d-1"), "enough", Maria));

        Assert.Equal([decision.Id], _scenario.Do(() => Agent(Worker).ListRevokedAsync([decision.Id])));
        Assert.Equal("authority_revoked", _scenario.Fails<ConflictException, Decision>(_scenario.Begin(() => Agent(Worker).AuthorizeAsync(request))).Code);
        Assert.Equal("authority_revoked", _scenario.Fails<ConflictException, ExtendResult>(_scenario.Begin(() => Agent(Worker).ExtendAsync(decision.Id, 60))).Code);
        var settled = _scenario.Do(() => Agent(Worker).ReconcileAsync(decision.Id, new Reconciliation()));
        Assert.Equal(WorkloadState.Reconciled, settled.State);
    }

    [Fact]
    public void Suspend_AgentThatPassedItOn_StopsWhatIsBelowUntilItIsResumed()
    {
        Grant("d-1", "user:maria", Planner);
        Grant("d-2", "agent:planner", Worker, "d-1");

        _scenario.Do(() => Agent(Planner).SuspendAsync("odd plans", Maria));
        var suspended = Ask(Worker);
        _scenario.Do(() => Agent(Planner).ResumeAsync("all is well", Maria));
        var resumed = Ask(Worker);

        Assert.Equal((ReasonCodes.AgentSuspended, AgentKey(Planner)), (suspended.ReasonCode, suspended.DeterminedBy));
        Assert.Equal(DecisionResult.Allowed, resumed.Result);
    }

    [Fact]
    public void Close_AgentThatIsRegisteredAgain_HasNothingOfWhatItWasGranted()
    {
        Grant("d-1", "user:maria", Planner);
        Grant("d-2", "agent:planner", Worker, "d-1");

        _scenario.Do(() => Agent(Planner).CloseAsync(Maria));
        var closed = Ask(Worker);
        _scenario.Do(() => Agent(Planner).PutAsync(new AgentDefinition(), Maria));

        Assert.Equal((ReasonCodes.AuthorityRevoked, AgentKey(Planner)), (closed.ReasonCode, closed.DeterminedBy));
        Assert.Equal(ReasonCodes.AuthorityRevoked, Ask(Worker).ReasonCode);
        Assert.Equal(ReasonCodes.AuthorityRevoked, Ask(Planner).ReasonCode);
    }

    [Fact]
    public void Delegation_FromASuspendedAgent_IsNotMadeOnEitherDoor()
    {
        Grant("d-1", "user:maria", Planner);
        Grant("d-2", "agent:planner", Worker, "d-1");
        _scenario.Do(() => Agent(Planner).SuspendAsync("odd plans", Maria));
        var key = _scenario.Do(() => _scenario.Cluster.Get<ITenantGrain>(TenantKey).CreateKeyAsync(new KeyRequest(Role.Admin, Maria), Maria));

        var put = Granting("d-3", "agent:planner", Worker, "d-1");
        var delegated = _scenario.Begin(() => Agent(Planner).DelegateAsync(
            DelegationId.Parse("d-3"), new DelegationDefinition(Principal.Parse("agent:planner"), Principal.Parse("agent:worker"), DelegationId.Parse("d-1"))));
        Assert.Equal("agent_suspended", _scenario.Fails<ConflictException, DelegationView>(put).Code);
        Assert.Equal("agent_suspended", _scenario.Fails<ConflictException, DelegationView>(delegated).Code);

        // The same again makes nothing; an admin decides for the agent.
        Assert.Equal(1, Grant("d-2", "agent:planner", Worker, "d-1").Version);
        var made = _scenario.Do(() =>
        {
            CallerContext.Set(new Credential(Acme, key.Id, Role.Admin, Maria, [], null));
            return Agent(Worker).PutDelegationAsync(
                DelegationId.Parse("d-3"), new DelegationDefinition(Principal.Parse("agent:planner"), Principal.Parse("agent:worker"), DelegationId.Parse("d-1")), Maria);
        });
        Assert.Equal(DelegationId.Parse("d-3"), made.Id);
    }

    [Fact]
    public void Close_Again_ChangesNothing()
    {
        var first = _scenario.Do(() => Agent(Planner).CloseAsync(Maria));
        var second = _scenario.Do(() => Agent(Planner).CloseAsync(Maria));

        Assert.Equal(first.Epoch, second.Epoch);
        Assert.Equal("agent.defined agent.closed", _scenario.Kinds(AgentKey(Planner)));
        Assert.Equal("agent_not_found", _scenario.Fails<NotFoundException, AuthorityChange>(_scenario.Begin(() => Agent("nobody").CloseAsync(Maria))).Code);
        Assert.Equal("agent_not_found", _scenario.Fails<NotFoundException, AuthorityChange>(_scenario.Begin(() => Agent(Planner).ResumeAsync("back", Maria))).Code);
    }

    [Fact]
    public void Put_RevokedName_IsSpent()
    {
        Grant("d-1", "user:maria", Planner);
        _scenario.Do(() => Agent(Planner).RevokeDelegationAsync(DelegationId.Parse("d-1"), "enough", Maria));

        Assert.Equal("delegation_revoked", _scenario.Fails<ConflictException, DelegationView>(Granting("d-1", "user:maria", Planner)).Code);
        Assert.Equal("delegation_exists", _scenario.Fails<ConflictException, DelegationView>(Granting("d-1", "user:maria", Worker)).Code);
    }

    [Fact]
    public void Put_RevokedNameThatTheAgentHasForgotten_IsSpent()
    {
        Forget("d-0");
        _scenario.Do(() => Agent(Worker).RevokeDelegationAsync(DelegationId.Parse("d-1"), "room", Maria));

        Assert.Equal("delegation_revoked", _scenario.Fails<ConflictException, DelegationView>(Granting("d-0", "user:maria", Worker)).Code);
        Assert.Equal("delegation_exists", _scenario.Fails<ConflictException, DelegationView>(Granting("d-0", "user:maria", Planner)).Code);
        Assert.Equal("delegation_not_found", _scenario.Fails<NotFoundException, DelegationView>(
            _scenario.Begin(() => Agent(Worker).GetDelegationAsync(DelegationId.Parse("d-0")))).Code);
    }

    [Fact]
    public void Revoke_NameThatTheAgentHasForgotten_IsFineAgain()
    {
        Forget("d-0");
        var last = _scenario.Do(() => Agent(Worker).RevokeDelegationAsync(DelegationId.Parse("d-1"), "enough", Maria));
        var entries = _scenario.Kinds(AgentKey(Worker));

        var change = _scenario.Do(() => Agent(Worker).RevokeDelegationAsync(DelegationId.Parse("d-0"), "enough", Maria));

        Assert.Equal(last.Epoch, change.Epoch);
        Assert.Equal(entries, _scenario.Kinds(AgentKey(Worker)));
        Assert.Equal("delegation_not_found", _scenario.Fails<NotFoundException, AuthorityChange>(
            _scenario.Begin(() => Agent(Planner).RevokeDelegationAsync(DelegationId.Parse("d-0"), "not mine", Maria))).Code);
    }

    [Fact]
    public void Revoke_Again_ChangesNothing()
    {
        Grant("d-1", "user:maria", Planner);

        var first = _scenario.Do(() => Agent(Planner).RevokeDelegationAsync(DelegationId.Parse("d-1"), "enough", Maria));
        var second = _scenario.Do(() => Agent(Planner).RevokeDelegationAsync(DelegationId.Parse("d-1"), "enough, really", Maria));

        Assert.Equal(first.Epoch, second.Epoch);
        Assert.Equal("agent.defined delegation.granted delegation.revoked", _scenario.Kinds(AgentKey(Planner)));
    }

    [Fact]
    public void Authorize_TenantObserves_WarnsWithTheCodeThatItWouldHaveHad()
    {
        _scenario.Do(() => _scenario.Cluster.Get<ITenantGrain>(TenantKey).PutAsync(new TenantDefinition("Acme", AuthorityMode.Observe), Maria));

        var decision = Ask(Worker);

        Assert.Equal((DecisionResult.Warning, ReasonCodes.AuthorityMissing), (decision.Result, decision.ReasonCode));
        Assert.Null(decision.Chain);
        Assert.Equal(DecisionResult.Warning, _scenario.Do(() => Agent(Worker).AuthorizeAsync(_scenario.Ask(Worker, null) with { Id = null })).Result);
    }

    [Fact]
    public void Authorize_RevokedBetweenCheckAndEntry_IsWithdrawnAndBlocked()
    {
        Grant("d-1", "user:maria", Planner);
        Grant("d-2", "agent:planner", Worker, "d-1");
        Ask(Worker);

        // The worker's process knows the chain; the revocation runs beside the question.
        var asked = _scenario.Begin(() => Agent(Worker).AuthorizeAsync(_scenario.Ask(Worker, null)));
        var revoked = _scenario.Begin(() => Agent(Planner).RevokeDelegationAsync(DelegationId.Parse("d-1"), "enough", Maria));
        var change = _scenario.End(revoked);
        var decision = _scenario.End(asked);

        Assert.True(decision.Result == DecisionResult.Blocked || decision.Epoch < change.Epoch, $"{decision.Result} at {decision.Epoch}, revoked at {change.Epoch}");
        _scenario.Audit();
    }

    [Fact]
    public void Delegate_FromTheAgentItself_IsMadeAndEndedByIt()
    {
        Grant("d-1", "user:maria", Planner);

        var made = _scenario.Do(() => Agent(Planner).DelegateAsync(
            DelegationId.Parse("d-2"), new DelegationDefinition(Principal.Parse("agent:planner"), Principal.Parse("agent:worker"), DelegationId.Parse("d-1"))));
        var allowed = Ask(Worker);
        _scenario.Do(() => Agent(Planner).EndDelegationAsync(DelegationId.Parse("d-2"), "done"));

        Assert.Equal(Principal.Parse("agent:planner"), made.MadeBy);
        Assert.Equal(DecisionResult.Allowed, allowed.Result);
        Assert.Equal(ReasonCodes.AuthorityRevoked, Ask(Worker).ReasonCode);
        Assert.Equal("delegation_not_found", _scenario.Fails<NotFoundException, AuthorityChange>(
            _scenario.Begin(() => Agent(Worker).EndDelegationAsync(DelegationId.Parse("d-1"), "not mine"))).Code);
    }

    [Fact]
    public void Chain_RevokedAtTheTop_ShowsEveryLinkAndWhichOneStops()
    {
        Grant("d-1", "user:maria", Planner);
        Grant("d-2", "agent:planner", Worker, "d-1");
        var before = _scenario.Do(() => Agent(Worker).GetChainAsync(DelegationId.Parse("d-2")));
        _scenario.Do(() => Agent(Planner).RevokeDelegationAsync(DelegationId.Parse("d-1"), "enough", Maria));

        var after = _scenario.Do(() => Agent(Worker).GetChainAsync(DelegationId.Parse("d-2")));

        Assert.True(before.IsInForce);
        Assert.Equal((false, ReasonCodes.AuthorityRevoked), (after.IsInForce, after.ReasonCode));
        Assert.Equal([("d-1", false), ("d-2", true)], after.Links.Select(link => (link.Delegation.Id.Value, link.Stops is null)));
    }

    [Fact]
    public void Authorize_SpendLimitNarrowedOnAnotherProcess_IsNotAllowedByTheOldOne()
    {
        var limits = (string amount) => new DelegationLimits(Spend: new SpendLimit(Quantity.Parse(amount), Unit.Usd, BudgetPeriod.None));
        Grant("d-1", "user:maria", Planner, limits: limits("10"));
        Grant("d-2", "agent:planner", Worker, "d-1");
        var here = _scenario.Only(AgentKey(Worker));
        Assert.Equal(DecisionResult.Allowed, _scenario.Do(() => On(here).AuthorizeAsync(_scenario.Ask(Worker, "0.1"))).Result);

        var there = _scenario.Activate(AgentKey(Planner), 1 - here.Node.Number);
        _scenario.Do(() => On(there).PutDelegationAsync(
            DelegationId.Parse("d-1"), new DelegationDefinition(Maria, Principal.Parse("agent:planner"), Limits: limits("2")), Maria));
        var tooMuch = _scenario.Do(() => On(here).AuthorizeAsync(_scenario.Ask(Worker, "5")));
        var again = _scenario.Do(() => On(here).AuthorizeAsync(_scenario.Ask(Worker, "5")));
        var fits = _scenario.Do(() => On(here).AuthorizeAsync(_scenario.Ask(Worker, "1.9")));

        Assert.Equal((ReasonCodes.AuthorityChanged, "delegation d-1"), (tooMuch.ReasonCode, tooMuch.DeterminedBy));
        Assert.Equal(ReasonCodes.BudgetReservationFailed, again.ReasonCode);
        Assert.Equal(DecisionResult.Allowed, fits.Result);
    }

    [Fact]
    public void Authorize_AgentBoundAnewOnAnotherProcess_IsNotChargedToTheOldBudget()
    {
        Grant("d-1", "user:maria", Worker);
        var here = _scenario.Only(AgentKey(Worker));
        Assert.Equal(DecisionResult.Allowed, _scenario.Do(() => On(here).AuthorizeAsync(_scenario.Ask(Worker, null))).Result);

        var there = _scenario.Activate(AgentKey(Worker), 1 - here.Node.Number);
        _scenario.Do(() => On(there).PutAsync(Bound("b-usd"), Maria));
        var first = _scenario.Do(() => On(here).AuthorizeAsync(Tokens(Worker, _scenario.Ask(Worker).Id!.Value, 60, null)));
        var second = _scenario.Do(() => On(here).AuthorizeAsync(_scenario.Ask(Worker, "1")));

        Assert.Equal(ReasonCodes.AuthorityChanged, first.ReasonCode);
        Assert.Equal("b-usd", Assert.Single(second.Reservations).Budget.Value);
        Assert.Equal("0", _scenario.Limit("requests").Unresolved.ToString());
    }

    [Fact]
    public void Authorize_ApproverGroupNamedOnAnotherProcess_TakesNoApprovalOfOthers()
    {
        Grant("d-1", "user:maria", Worker, condition: "cost > 0.5");
        _scenario.Do(() => Agent(Worker).PutAsync(Bound("b-usd"), Maria));
        var here = _scenario.Only(AgentKey(Worker));
        var approval = _scenario.Do(() => On(here).AuthorizeAsync(_scenario.Ask(Worker, "1"))).Approval!;
        _scenario.Do(() => _scenario.Cluster.Get<IApprovalGrain>($"p/acme/{approval}").ApproveAsync("fine", new Approver(Principal.Parse("user:tom"), [])));

        var there = _scenario.Activate(AgentKey(Worker), 1 - here.Node.Number);
        _scenario.Do(() => On(there).PutDelegationAsync(
            DelegationId.Parse("d-1"),
            new DelegationDefinition(Maria, Principal.Parse("agent:worker"), ApprovalWhen: "cost > 0.5", ApproverGroup: "finance"), Maria));
        var used = _scenario.Do(() => On(here).AuthorizeAsync(_scenario.Ask(Worker, "1") with { Approval = approval }));

        Assert.Equal(DecisionResult.Blocked, used.Result);
    }

    [Fact]
    public void Authorize_WhatIsOverAskedAgain_TakesNoSlot()
    {
        Grant("d-1", "user:maria", Worker, limits: new DelegationLimits(MaxConcurrent: 1));
        var request = _scenario.Ask(Worker, null, ttlSeconds: 3_600);
        _scenario.Do(() => Agent(Worker).AuthorizeAsync(request));
        var second = Ask(Worker);
        _scenario.Do(() => Agent(Worker).ReconcileAsync(request.Id!.Value, new Reconciliation()));

        var repeated = _scenario.Do(() => Agent(Worker).AuthorizeAsync(request));

        Assert.Equal(ReasonCodes.ConcurrencyLimit, second.ReasonCode);
        Assert.Equal(DecisionResult.Allowed, repeated.Result);
        Assert.Equal(DecisionResult.Allowed, Ask(Worker).Result);
    }

    private IAgentGrain Agent(string agent) => _scenario.Cluster.Get<IAgentGrain>(AgentKey(agent));

    private Decision Ask(string agent) => _scenario.Do(() => Agent(agent).AuthorizeAsync(_scenario.Ask(agent, null)));

    private IAgentGrain On(SimulatedActivation activation) => _scenario.Cluster.Get<IAgentGrain>(activation);

    /// <summary>Revokes a delegation of the worker's, and grants it so many others that it is forgotten.</summary>
    private void Forget(string id)
    {
        Grant(id, "user:maria", Worker);
        _scenario.Do(() => Agent(Worker).RevokeDelegationAsync(DelegationId.Parse(id), "enough", Maria));
        for (var i = 1; i <= AgentAuthority.DelegationsMax; i++)
            Grant($"d-{i}", "user:maria", Worker);
    }

    private DelegationView Grant(string id, string from, string to, string? parent = null, DelegationLimits? limits = null, string? condition = null) =>
        _scenario.End(Granting(id, from, to, parent, limits, condition));

    private Task<DelegationView> Granting(
        string id, string from, string to, string? parent = null, DelegationLimits? limits = null, string? condition = null) => _scenario.Begin(() => Agent(to).PutDelegationAsync(
            DelegationId.Parse(id),
            new DelegationDefinition(
                Principal.Parse(from), Principal.Of(AgentId.Parse(to)), parent is null ? null : DelegationId.Parse(parent), Limits: limits, ApprovalWhen: condition), Maria));
}
