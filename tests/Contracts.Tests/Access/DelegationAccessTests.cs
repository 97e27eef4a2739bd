using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Access;

public sealed class DelegationAccessTests
{
    private static readonly TenantId Acme = TenantId.Parse("acme");

    /// <summary>ROLE PRINCIPAL [bound to AGENT], from whom: may it make, and may it revoke?</summary>
    [Theory]
    [InlineData("service", "user:maria", null, "user:maria", false, false)]
    [InlineData("service", "user:maria", null, "agent:bot", false, false)]
    [InlineData("service", "user:maria", "bot", "agent:bot", true, true)]
    [InlineData("service", "user:maria", "bot", "user:maria", false, false)]
    [InlineData("service", "agent:bot", "bot", "agent:bot", true, true)]
    [InlineData("service", "agent:bot", "bot", "agent:planner", false, false)]
    [InlineData("service", "agent:bot", "bot", "user:maria", false, false)]
    [InlineData("approver", "user:maria", null, "user:maria", true, true)]
    [InlineData("approver", "user:maria", null, "user:otto", false, true)]
    [InlineData("operator", "user:maria", null, "user:maria", true, true)]
    [InlineData("operator", "user:maria", null, "user:otto", false, true)]
    [InlineData("operator", "user:maria", null, "agent:bot", false, true)]
    [InlineData("admin", "user:maria", null, "user:otto", true, true)]
    [InlineData("admin", "user:maria", null, "agent:bot", true, true)]
    [InlineData("auditor", "user:maria", null, "user:maria", false, false)]
    public void Delegations_OfEachCaller_AreMadeByWhoHasTheAuthorityAndRevokedByPeople(
        string role, string principal, string? agent, string from, bool writes, bool revokes)
    {
        var credential = Of(role, principal, agent);

        Assert.Equal(writes, DelegationAccess.WriteRefusal(credential, Acme, Principal.Parse(from)) is null);
        Assert.Equal(revokes, DelegationAccess.RevokeRefusal(credential, Acme, Principal.Parse(from)) is null);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("planner", true)]
    [InlineData("worker", true)]
    [InlineData("bot", false)]
    public void Read_OfAKeyBoundToAnAgent_ShowsWhatThatAgentWasGrantedOrPassedOn(string? agent, bool reads) =>
        Assert.Equal(
            reads,
            DelegationAccess.ReadRefusal(Of("service", "user:maria", agent), Acme, Principal.Parse("agent:planner"), AgentId.Parse("worker")) is null);

    [Fact]
    public void Refusals_SayWhatWouldDo()
    {
        var service = Of("service", "user:maria", null);
        var bound = Of("service", "agent:bot", "bot");
        var person = Of("operator", "user:maria", null);

        Assert.Equal(
            "a service's key can't delegate in the name of user:maria: a person does, with a key of their own",
            DelegationAccess.WriteRefusal(service, Acme, Principal.Parse("user:maria")));
        Assert.Equal(
            "a delegation from agent:bot is made with a key that is bound to that agent, or by an admin",
            DelegationAccess.WriteRefusal(service, Acme, Principal.Parse("agent:bot")));
        Assert.Equal(
            "a delegation from user:otto is made by user:otto or an admin; this key is user:maria's",
            DelegationAccess.WriteRefusal(person, Acme, Principal.Parse("user:otto")));
        Assert.Equal(
            "a service's key revokes delegations only if it is bound to the agent that made them",
            DelegationAccess.RevokeRefusal(service, Acme, Principal.Parse("user:maria")));
        Assert.Equal(
            "this credential is bound to the agent bot, which did not make this delegation: user:maria did",
            DelegationAccess.RevokeRefusal(bound, Acme, Principal.Parse("user:maria")));
        Assert.Equal(
            "this credential is bound to the agent bot",
            DelegationAccess.ReadRefusal(bound, Acme, Principal.Parse("user:maria"), AgentId.Parse("worker")));
    }

    [Fact]
    public void Credential_OfAnotherTenant_IsGoodForNothing()
    {
        var admin = Of("admin", "user:maria", null);
        var other = TenantId.Parse("other");
        var maria = Principal.Parse("user:maria");

        Assert.Equal("this credential is for another tenant", DelegationAccess.WriteRefusal(admin, other, maria));
        Assert.Equal("this credential is for another tenant", DelegationAccess.RevokeRefusal(admin, other, maria));
        Assert.Equal("this credential is for another tenant", DelegationAccess.ReadRefusal(admin, other, maria, AgentId.Parse("bot")));
    }

    private static Credential Of(string role, string principal, string? agent) => new(
        Acme, "0123456789ab", Enum.Parse<Role>(role, ignoreCase: true), Principal.Parse(principal), [], agent is null ? null : AgentId.Parse(agent));
}
