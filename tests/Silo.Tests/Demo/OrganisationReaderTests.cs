using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Demo;
using GenOps.ControlPlane.Silo.Demo.Organisations;

namespace GenOps.ControlPlane.Silo.Tests.Demo;

public sealed class OrganisationReaderTests
{
    private const string Tenant = "apiVersion: genops/v1\nkind: Tenant\nmetadata: { name: acme }\nspec: { displayName: Acme }\n";

    [Fact]
    public void ReadFolder_ShippedOrganisation_IsWhole()
    {
        var organisation = OrganisationReader.ReadFolder(new DemoOptions().OrganisationDirectory);
        Assert.Equal("acme", organisation.Tenant.Value);
        Assert.Equal("Acme Corporation", organisation.Definition.DisplayName);
        Assert.Equal(["llm-tokens", "llm-usd"], organisation.Budgets.Keys.Select(root => root.Value));
        Assert.Equal(24, organisation.Agents.Count);

        var usd = organisation.Budgets[BudgetRoot.Parse("llm-usd")];
        Assert.Equal(Unit.Usd, usd.Unit);
        Assert.Equal("Europe/Berlin", usd.TimeZone);
        Assert.Equal(
            [new BudgetLimit(Quantity.Parse("8"), BudgetPeriod.Day), new BudgetLimit(Quantity.Parse("160"), BudgetPeriod.Month)],
            usd.Children!["support"].Children!["ticket-triage"].Limits!.Value);
        Assert.Equal(20, usd.Children!.Values.Sum(team => team.Children!.Count));
        foreach (var (agent, definition) in organisation.Agents)
        {
            if (agent.Value.EndsWith("-planner", StringComparison.Ordinal))
            {
                Assert.Null(definition.Budgets);
                continue;
            }

            Assert.Equal(["llm-tokens", "llm-usd"], definition.Budgets!.Value.Select(binding => binding.Root.Value));
            Assert.EndsWith($"/{agent}", definition.Budgets.Value[1].Scope.Value);
        }
    }

    [Fact]
    public void ReadFolder_ShippedOrganisation_PassesOnFromOnePersonToEveryAgent()
    {
        var organisation = OrganisationReader.ReadFolder(new DemoOptions().OrganisationDirectory);
        var grants = organisation.Delegations;
        Assert.Equal(25, grants.All.Length);
        Assert.Equal(["platform", "research", "sales", "support"], grants.Roots.Select(root => root.Id.Value));
        Assert.All(grants.Roots, root => Assert.Equal("user:maria@acme.example", root.Definition.From.Value));
        Assert.Equal(
            organisation.Agents.Keys.Select(agent => agent.Value).Order(StringComparer.Ordinal),
            grants.All.Select(grant => grant.Grantee.Value).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            ["sales", "sales.crm-notes", "sales.call-notes"], grants.ChainOf(DelegationId.Parse("sales.call-notes")).Select(link => link.Id.Value));

        var refunds = grants[DelegationId.Parse("support.refunds")].Definition;
        Assert.Equal(("parameters.refundAmount > 200", "managers"), (refunds.ApprovalWhen, refunds.ApproverGroup));
        Assert.Equal(
            new SpendLimit(Quantity.Parse("12"), Unit.Usd, BudgetPeriod.Day), grants[DelegationId.Parse("sales")].Definition.Limits!.Spend);
    }

    [Fact]
    public void Finish_ChildrenBeforeTheirParents_PutsParentsFirst()
    {
        var reader = new OrganisationReader();
        reader.Add(
            Tenant + AgentDocument("planner") + AgentDocument("bot") + AgentDocument("clerk")
            + DelegationDocument("a", "agent:bot", "agent:clerk", "b") + DelegationDocument("b", "agent:planner", "agent:bot", "c")
            + DelegationDocument("c", "user:maria", "agent:planner", null), "o.yaml");
        Assert.Equal(["c", "b", "a"], reader.Finish("o.yaml").Delegations.All.Select(grant => grant.Id.Value));
    }

    [Theory]
    [InlineData("a", "user:maria", "agent:nobody", null, "o.yaml:13: spec.to: agent:nobody is no agent of the organisation")]
    [InlineData("a", "user:maria", "user:tom", null, "o.yaml:13: spec.to: user:tom is no agent of the organisation")]
    [InlineData("a", "agent:planner", "agent:bot", null, "o.yaml:12: spec.from: agent:planner passes on what it was granted: name it as parent")]
    [InlineData("a", "agent:planner", "agent:bot", "b", "o.yaml:14: spec.parent: there is no Delegation called b")]
    [InlineData("a", "agent:bot", "agent:bot", "a", "o.yaml:14: spec.parent: a passes itself on: a from a")]
    public void Finish_DelegationThatHangsOnNothing_NamesFileLineAndField(string id, string from, string to, string? parent, string message)
    {
        var reader = new OrganisationReader();
        reader.Add($"{Tenant}{AgentDocument("planner")}{AgentDocument("bot")}", "t.yaml");
        reader.Add("# 1\n# 2\n# 3\n# 4\n# 5\n" + DelegationDocument(id, from, to, parent), "o.yaml");
        Assert.Equal(message, Assert.Throws<DemoException>(() => reader.Finish("folder")).Message);
    }

    [Fact]
    public void Finish_FromAnotherThanTheParentsGrantee_NamesBoth()
    {
        var reader = new OrganisationReader();
        reader.Add(
            Tenant + AgentDocument("planner") + AgentDocument("bot") + DelegationDocument("a", "user:maria", "agent:planner", null)
            + DelegationDocument("b", "agent:bot", "agent:bot", "a"), "o.yaml");
        Assert.Equal(
            "o.yaml:29: spec.from: agent:bot can't pass a on, which was granted to agent:planner",
            Assert.Throws<DemoException>(() => reader.Finish("folder")).Message);
    }

    [Theory]
    [InlineData("kind: Tenant\nmetadata: { name: acme }\nspec: {}", "o.yaml:1: ", "apiVersion")]
    [InlineData("apiVersion: genops/v2\nkind: Tenant\nmetadata: { name: acme }\nspec: {}", "o.yaml:1: ", "apiVersion must be genops/v1, not genops/v2")]
    [InlineData("apiVersion: genops/v1\nkind: Company\nmetadata: { name: acme }\nspec: {}", "o.yaml:2: ", "kind must be Tenant, Budget, Agent or Delegation, not Company")]
    [InlineData("apiVersion: genops/v1\nkind: Agent\nmetadata: { name: No Name }\nspec: {}", "o.yaml:3: ", "metadata.name: an agent name is 1 to 128")]
    [InlineData("apiVersion: genops/v1\nkind: Agent\nmetadata:\n  name: a\n  label: b\nspec: {}", "o.yaml:5: ", "metadata.label: ")]
    [InlineData("apiVersion: genops/v1\nkind: Agent\nmetadata: { name: a }\nspec:\n  budget: []", "o.yaml:5: ", "spec.budget: ")]
    [InlineData("apiVersion: genops/v1\nkind: Budget\nmetadata: { name: b }\nspec:\n  unit: USD\n  limits:\n    - limit: \"1\"\n      period: day\n    - limit: 2\n      period: month", "o.yaml:9: ", "spec.limits[1].limit: must be a string")]
    [InlineData("apiVersion: genops/v1\nkind: Budget\nmetadata: { name: b }\nspec:\n  unit: USD\n  children:\n    team-a:\n      limt: \"3\"", "o.yaml:8: ", "limt")]
    [InlineData("apiVersion: genops/v1\nkind: Budget\nmetadata: { name: b }\nspec:\n  unit: dollars!", "o.yaml:5: ", "spec.unit: a unit is an ISO 4217 currency code")]
    [InlineData("apiVersion: genops/v1\nkind: Delegation\nmetadata: { name: d }\nspec:\n  from: user:maria\n  to: agent:a\n  limits:\n    spent: {}", "o.yaml:8: ", "spec.limits.spent: ")]
    [InlineData("apiVersion: genops/v1\nkind: Delegation\nmetadata: { name: d }\nspec:\n  from: maria\n  to: agent:a", "o.yaml:5: ", "spec.from: ")]
    [InlineData("apiVersion: genops/v1\nkind: Delegation\nmetadata: { name: d }\nspec: { from: user:maria }", "o.yaml:4: ", "to")]
    [InlineData("apiVersion: genops/v1\nkind: Agent\nkind: Agent\nmetadata: { name: a }\nspec: {}", "o.yaml:3: ", "kind")]
    [InlineData("apiVersion: genops/v1\nkind: [", "o.yaml:", "")]
    [InlineData("just text", "o.yaml:1: ", "")]
    [InlineData(Tenant + "---\n" + Tenant, "o.yaml:7: ", "an organisation has one Tenant")]
    [InlineData(Tenant + "---\napiVersion: genops/v1\nkind: Agent\nmetadata: { name: a }\nspec: {}\n---\napiVersion: genops/v1\nkind: Agent\nmetadata: { name: a }\nspec: {}", "o.yaml:13: ", "there is a Agent called a already")]
    public void Add_WrongDocument_NamesFileLineAndField(string yaml, string place, string what)
    {
        var error = Assert.Throws<DemoException>(() => new OrganisationReader().Add(yaml, "o.yaml"));
        Assert.StartsWith(place, error.Message);
        Assert.Contains(what, error.Message);
    }

    [Fact]
    public void Finish_WithoutTenant_SaysSo()
    {
        var error = Assert.Throws<DemoException>(() => new OrganisationReader().Finish("folder"));
        Assert.Equal("folder: no document of kind Tenant", error.Message);
    }

    [Fact]
    public void ReadFolder_MissingFolder_NamesIt()
    {
        var error = Assert.Throws<DemoException>(() => OrganisationReader.ReadFolder("/nowhere"));
        Assert.StartsWith("the organisation in '/nowhere' can't be read: ", error.Message);
    }

    private static string AgentDocument(string name) => $"---\napiVersion: genops/v1\nkind: Agent\nmetadata: {{ name: {name} }}\nspec: {{}}\n";

    private static string DelegationDocument(string id, string from, string to, string? parent) =>
        $"---\napiVersion: genops/v1\nkind: Delegation\nmetadata:\n  name: {id}\nspec:\n  from: {from}\n  to: {to}\n"
        + (parent is null ? "" : $"  parent: {parent}\n");
}
