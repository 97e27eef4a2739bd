using GenOps.ControlPlane.Amounts;
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
        Assert.Equal(20, organisation.Agents.Count);

        var usd = organisation.Budgets[BudgetRoot.Parse("llm-usd")];
        Assert.Equal(Unit.Usd, usd.Unit);
        Assert.Equal("Europe/Berlin", usd.TimeZone);
        Assert.Equal(
            [new BudgetLimit(Quantity.Parse("8"), BudgetPeriod.Day), new BudgetLimit(Quantity.Parse("160"), BudgetPeriod.Month)],
            usd.Children!["support"].Children!["ticket-triage"].Limits!.Value);
        Assert.Equal(20, usd.Children!.Values.Sum(team => team.Children!.Count));
        foreach (var (agent, definition) in organisation.Agents)
        {
            Assert.Equal(["llm-tokens", "llm-usd"], definition.Budgets!.Value.Select(binding => binding.Root.Value));
            Assert.EndsWith($"/{agent}", definition.Budgets.Value[1].Scope.Value);
        }
    }

    [Theory]
    [InlineData("kind: Tenant\nmetadata: { name: acme }\nspec: {}", "o.yaml:1: ", "apiVersion")]
    [InlineData("apiVersion: genops/v2\nkind: Tenant\nmetadata: { name: acme }\nspec: {}", "o.yaml:1: ", "apiVersion must be genops/v1, not genops/v2")]
    [InlineData("apiVersion: genops/v1\nkind: Company\nmetadata: { name: acme }\nspec: {}", "o.yaml:2: ", "kind must be Tenant, Budget or Agent, not Company")]
    [InlineData("apiVersion: genops/v1\nkind: Agent\nmetadata: { name: No Name }\nspec: {}", "o.yaml:3: ", "metadata.name: an agent name is 1 to 128")]
    [InlineData("apiVersion: genops/v1\nkind: Agent\nmetadata:\n  name: a\n  label: b\nspec: {}", "o.yaml:5: ", "metadata.label: ")]
    [InlineData("apiVersion: genops/v1\nkind: Agent\nmetadata: { name: a }\nspec:\n  budget: []", "o.yaml:5: ", "spec.budget: ")]
    [InlineData("apiVersion: genops/v1\nkind: Budget\nmetadata: { name: b }\nspec:\n  unit: USD\n  limits:\n    - limit: \"1\"\n      period: day\n    - limit: 2\n      period: month", "o.yaml:9: ", "spec.limits[1].limit: must be a string")]
    [InlineData("apiVersion: genops/v1\nkind: Budget\nmetadata: { name: b }\nspec:\n  unit: USD\n  children:\n    team-a:\n      limt: \"3\"", "o.yaml:8: ", "limt")]
    [InlineData("apiVersion: genops/v1\nkind: Budget\nmetadata: { name: b }\nspec:\n  unit: dollars!", "o.yaml:5: ", "spec.unit: a unit is an ISO 4217 currency code")]
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
}
