using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Agents;

public sealed class AgentRecordTests
{
    private static readonly Principal Maria = Principal.Parse("user:maria");

    private readonly AgentRecord _record = new(AgentId.Parse("support-bot"));

    [Fact]
    public void Define_BindingToAScopeOnDemand_IsRefusedAtItsField()
    {
        var definition = new AgentDefinition(
        [
            new BudgetBinding(BudgetRoot.Parse("a-usd"), ScopePath.Parse("nlp")),
            new BudgetBinding(BudgetRoot.Parse("b-usd"), ScopePath.Parse("nlp/customerId=c-17")),
        ]);

        var refused = Assert.Throws<InvalidRequestException>(() => _record.Define(definition, Maria));

        Assert.Equal("budgets[1].scope", refused.Field);
        Assert.Equal("budgets[1].scope: nlp/customerId=c-17 is a scope on demand, made by a workload that states its customerId: bind the scope above it, nlp", refused.Message);
    }

    [Fact]
    public void Define_BindingToAScope_IsTaken()
    {
        var definition = new AgentDefinition([new BudgetBinding(BudgetRoot.Parse("a-usd"), ScopePath.Parse("nlp"))]);

        Assert.Equal(definition, _record.Define(definition, Maria)!.Definition);
    }

    public static TheoryData<AgentLimits, string> LimitsOfNothing => new()
    {
        { new AgentLimits(MaxConcurrent: 0), "limits.maxConcurrent" },
        { new AgentLimits(RequestsPerMinute: -1), "limits.requestsPerMinute" },
        { new AgentLimits(TokensPerMinute: 0), "limits.tokensPerMinute" },
    };

    [Theory]
    [MemberData(nameof(LimitsOfNothing))]
    public void Define_ALimitBelowOne_IsRefusedAtItsField(AgentLimits limits, string field)
    {
        var refused = Assert.Throws<InvalidRequestException>(() => _record.Define(new AgentDefinition(Limits: limits), Maria));

        Assert.Equal(field, refused.Field);
    }

    [Fact]
    public void Define_LimitsOfOne_AreTaken()
    {
        var definition = new AgentDefinition(Limits: new AgentLimits(1, 1, 1, true));

        Assert.Equal(definition, _record.Define(definition, Maria)!.Definition);
    }
}
