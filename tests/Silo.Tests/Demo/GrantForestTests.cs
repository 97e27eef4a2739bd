using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Demo.Organisations;

namespace GenOps.ControlPlane.Silo.Tests.Demo;

public sealed class GrantForestTests
{
    private static readonly GrantForest Forest = new(
    [
        Grant("sales", "user:maria@acme.example", "planner", null),
        Grant("sales.bot", "agent:planner", "bot", "sales"),
        Grant("sales.clerk", "agent:bot", "clerk", "sales.bot"),
        Grant("tools", "user:tom@acme.example", "toolsmith", null),
        Grant("tools.clerk", "agent:toolsmith", "clerk", "tools"),
    ]);

    [Fact]
    public void ChainOf_Leaf_BeginsWithThePersons() => Assert.Equal(
        ["sales", "sales.bot", "sales.clerk"], Forest.ChainOf(DelegationId.Parse("sales.clerk")).Select(link => link.Id.Value));

    [Fact]
    public void Roots_Always_AreThePersons() => Assert.Equal(["sales", "tools"], Forest.Roots.Select(root => root.Id.Value));

    [Theory]
    [InlineData("planner", "sales", true)]
    [InlineData("bot", "sales", true)]
    [InlineData("bot", "tools", false)]
    [InlineData("clerk", "sales", false)]
    [InlineData("clerk", "tools", false)]
    [InlineData("nobody", "sales", false)]
    public void DependsOn_AnotherWay_IsEnough(string agent, string top, bool expected) =>
        Assert.Equal(expected, Forest.DependsOn(AgentId.Parse(agent), DelegationId.Parse(top)));

    private static Grant Grant(string id, string from, string to, string? parent) => new(
        DelegationId.Parse(id),
        new DelegationDefinition(Principal.Parse(from), Principal.Of(AgentId.Parse(to)), parent is null ? null : DelegationId.Parse(parent)));
}
