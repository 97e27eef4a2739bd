using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>What a key still does on a process that has not heard yet that another one revoked it.</summary>
public sealed class RevokedKeyTests
{
    private const string Planner = "planner";
    private const string Worker = "worker";

    private readonly SimulatedScenario _scenario = new();
    private readonly int _elsewhere;

    public RevokedKeyTests()
    {
        foreach (var agent in (string[])[Planner, Worker])
            _scenario.Do(() => Agent(agent).PutAsync(new AgentDefinition(), Maria));
        Grant("d-1", Maria, Planner);
        _elsewhere = 1 - _scenario.Only(TenantKey).Node.Number;
    }

    [Fact]
    public void Delegate_WithAKeyThatWasRevokedElsewhere_IsRefused()
    {
        var planner = Principal.Parse("agent:planner");
        var credential = Key(Role.Service, planner);
        var there = _scenario.Activate(AgentKey(Planner), _elsewhere);
        Task<DelegationView> Delegating(string id) => By(credential, () => On<IAgentGrain>(there).DelegateAsync(
            DelegationId.Parse(id), new DelegationDefinition(planner, Principal.Parse("agent:worker"), DelegationId.Parse("d-1"))));
        Assert.Equal(planner, _scenario.End(Delegating("d-2")).MadeBy);

        Revoke(credential);

        IsUnauthenticated(Delegating("d-3"));
        Assert.Equal("agent.defined delegation.granted", _scenario.Kinds(AgentKey(Worker)));
    }

    [Fact]
    public void PutDelegation_WithAKeyThatWasRevokedElsewhere_IsRefusedAndRevokingIsNot()
    {
        var credential = Key(Role.Admin, Maria);
        var there = _scenario.Activate(AgentKey(Worker), _elsewhere);
        Task<DelegationView> Putting(string id) => By(credential, () => On<IAgentGrain>(there).PutDelegationAsync(
            DelegationId.Parse(id), new DelegationDefinition(Maria, Principal.Parse("agent:worker")), Maria));
        Assert.Equal(DelegationId.Parse("d-2"), _scenario.End(Putting("d-2")).Id);

        Revoke(credential);

        IsUnauthenticated(Putting("d-3"));

        // What takes away is not held up: the door has let it in.
        _scenario.End(By(credential, () => On<IAgentGrain>(there).RevokeDelegationAsync(DelegationId.Parse("d-2"), "enough", Maria)));
        _scenario.End(By(credential, () => On<IAgentGrain>(there).SuspendAsync("odd", Maria)));
        IsUnauthenticated(By(credential, () => On<IAgentGrain>(there).ResumeAsync("fine", Maria)));
        IsUnauthenticated(By(credential, () => On<IAgentGrain>(there).PutAsync(Bound("b-usd"), Maria)));
        Assert.Equal("agent.defined delegation.granted delegation.revoked agent.suspended", _scenario.Kinds(AgentKey(Worker)));
    }

    [Fact]
    public void CreateKey_WithAKeyThatWasRevokedElsewhere_IsRefused()
    {
        var credential = Key(Role.Admin, Maria);
        var there = _scenario.Activate(TenantKey, _elsewhere);
        Revoke(credential);

        IsUnauthenticated(By(credential, () => On<ITenantGrain>(there).CreateKeyAsync(new KeyRequest(Role.Admin, Maria), Maria)));
        IsUnauthenticated(By(credential, () => On<ITenantGrain>(there).PutAsync(new TenantDefinition("Acme", AuthorityMode.Observe), Maria)));
        _scenario.End(By(credential, () => On<ITenantGrain>(there).SuspendAsync("odd", Maria)));
        IsUnauthenticated(By(credential, () => On<ITenantGrain>(there).ResumeAsync("fine", Maria)));
        Assert.EndsWith("key.created key.revoked tenant.suspended", _scenario.Kinds(TenantKey), StringComparison.Ordinal);
    }

    [Fact]
    public void Approve_WithAKeyThatWasRevokedElsewhere_IsRefusedAndDenyingIsNot()
    {
        var tom = Principal.Parse("user:tom");
        var credential = Key(Role.Approver, tom);
        Grant("d-2", Maria, Worker, "cost > 0.5");
        _scenario.Do(() => Agent(Worker).PutAsync(Bound("b-usd"), Maria));
        var approval = _scenario.Do(() => Agent(Worker).AuthorizeAsync(_scenario.Ask(Worker))).Approval!;
        var there = _scenario.Activate($"p/acme/{approval}", _elsewhere);
        Revoke(credential);

        IsUnauthenticated(By(credential, () => On<IApprovalGrain>(there).ApproveAsync("fine", new Approver(tom, []))));
        Assert.Equal("approval.requested", _scenario.Kinds($"p/acme/{approval}"));
        _scenario.End(By(credential, () => On<IApprovalGrain>(there).DenyAsync("too much", new Approver(tom, []))));
        Assert.Equal("approval.requested approval.denied", _scenario.Kinds($"p/acme/{approval}"));
    }

    private IAgentGrain Agent(string agent) => _scenario.Cluster.Get<IAgentGrain>(AgentKey(agent));

    private T On<T>(SimulatedActivation activation) where T : class => _scenario.Cluster.Get<T>(activation);

    private Credential Key(Role role, Principal principal)
    {
        var key = _scenario.Do(() => _scenario.Cluster.Get<ITenantGrain>(_scenario.Only(TenantKey)).CreateKeyAsync(new KeyRequest(role, principal), Maria));
        return new Credential(Acme, key.Id, role, principal, [], principal.Agent);
    }

    private void Revoke(Credential credential) => _scenario.Do(() => _scenario.Cluster.Get<ITenantGrain>(
        _scenario.Cluster.Activations(TenantKey).Single(activation => activation.Node.Number != _elsewhere)).RevokeKeyAsync(credential.KeyId, Maria));

    private Task<T> By<T>(Credential credential, Func<Task<T>> call) => _scenario.Begin(() =>
    {
        CallerContext.Set(credential);
        return call();
    });

    private void IsUnauthenticated<T>(Task<T> call) =>
        Assert.Equal(AccessDeniedException.Unauthenticated("").Code, _scenario.Fails<AccessDeniedException, T>(call).Code);

    private void Grant(string id, Principal from, string to, string? condition = null) => _scenario.Do(() => Agent(to).PutDelegationAsync(
        DelegationId.Parse(id), new DelegationDefinition(from, Principal.Of(AgentId.Parse(to)), ApprovalWhen: condition), Maria));
}
