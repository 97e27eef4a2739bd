using static GenOps.ControlPlane.Silo.Tests.Http.BudgetNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class BudgetFreezeTests(BudgetNode node) : IClassFixture<BudgetNode>
{
    private const string Definition = """{ "unit": "USD", "limit": "100", "children": { "nlp": { "limit": "50", "children": { "eu": {} } }, "ocr": {} } }""";

    [Fact]
    public async Task Freeze_Scope_BlocksReservationsBelowAndNothingElse()
    {
        var budget = await node.BudgetAsync(Definition, "nlp/eu");
        await node.BindAsync($"{budget}-ocr", budget, "ocr");
        var open = await node.HoldAsync(budget, "2");

        var view = await node.DoAsync("POST", budget, "/freeze", """{ "scope": "nlp", "reason": "runaway loop" }""");

        Assert.Equal("nlp", view.Text("scope"));
        Assert.Equal("frozen", view.Text("state"));
        Assert.Equal("nlp", view.Text("frozenAt"));
        Assert.Equal("runaway loop", view.Text("frozenReason"));
        var below = await node.ViewAsync(budget, "nlp/eu");
        Assert.Equal("frozen", below.Text("state"));
        Assert.Equal("nlp", below.Text("frozenAt"));
        Assert.Equal("active", (await node.ViewAsync(budget)).Text("state"));

        var blocked = await node.ReserveAsync(budget, "1");
        Assert.Equal("BLOCKED", blocked.Text("result"));
        Assert.Equal("x_budget_frozen", blocked.Text("reasonCode"));
        Assert.Contains("runaway loop", blocked.Text("reason"), StringComparison.Ordinal);
        Assert.Equal($"{budget}/nlp", blocked.Text("determinedBy"));
        Assert.Equal("ALLOWED", (await node.ReserveAsync($"{budget}-ocr", "1")).Text("result"));

        var settled = await node.ReconcileAsync(open, "3");
        Assert.Equal("reconciled", settled.Text("state"));
        await node.SpendAsync(budget, "0.5");
        Assert.Equal("50 3.5 0 0 1.5 46.5", (await node.LimitAsync(budget, "nlp")).Figures());
    }

    [Fact]
    public async Task Freeze_Again_KeepsTheFirstReasonAndWritesNothing()
    {
        var budget = await node.BudgetAsync(Definition);
        await node.DoAsync("POST", budget, "/freeze", """{ "scope": "nlp", "reason": "first" }""");

        var again = await node.DoAsync("POST", budget, "/freeze", """{ "scope": "nlp", "reason": "second" }""");

        Assert.Equal("first", again.Text("frozenReason"));
        Assert.Single(await node.EntriesAsync(budget, "budget.frozen"));
    }

    [Fact]
    public async Task Unfreeze_Scope_LetsItReserveAgain()
    {
        var budget = await node.BudgetAsync(Definition, "nlp");
        await node.DoAsync("POST", budget, "/freeze", """{ "scope": "nlp", "reason": "loop" }""");

        var view = await node.DoAsync("POST", budget, "/unfreeze", """{ "scope": "nlp", "reason": "fixed" }""");

        Assert.Equal("active", view.Text("state"));
        Assert.Null(view.Text("frozenAt"));
        Assert.Null(view.Text("frozenReason"));
        await node.HoldAsync(budget, "1");
        await node.DoAsync("POST", budget, "/unfreeze", """{ "scope": "nlp", "reason": "fixed" }""");
        Assert.Equal("fixed", Assert.Single(await node.EntriesAsync(budget, "budget.unfrozen")).Text("reason"));
    }

    [Fact]
    public async Task Unfreeze_BelowAFrozenScope_LeavesThatOneFrozen()
    {
        var budget = await node.BudgetAsync(Definition, "nlp");
        await node.DoAsync("POST", budget, "/freeze", """{ "reason": "month end" }""");
        await node.DoAsync("POST", budget, "/freeze", """{ "scope": "nlp", "reason": "loop" }""");

        var view = await node.DoAsync("POST", budget, "/unfreeze", """{ "scope": "nlp", "reason": "fixed" }""");

        Assert.Equal("frozen", view.Text("state"));
        Assert.Equal("", view.Text("frozenAt"));
        Assert.Equal("month end", view.Text("frozenReason"));
        Assert.Equal("x_budget_frozen", (await node.ReserveAsync(budget, "1")).Text("reasonCode"));
    }

    [Fact]
    public async Task Freeze_WithoutABody_StopsTheWholeBudget()
    {
        var budget = await node.BudgetAsync(Definition, "nlp");

        var view = await node.DoAsync("POST", budget, "/freeze");

        Assert.Equal("frozen", view.Text("state"));
        Assert.Equal("no reason given", view.Text("frozenReason"));
        Assert.Equal("x_budget_frozen", (await node.ReserveAsync(budget, "1")).Text("reasonCode"));
    }

    [Fact]
    public async Task Freeze_InObserveMode_BlocksAllTheSame()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "1", "mode": "observe" }""");
        await node.DoAsync("POST", budget, "/freeze");

        Assert.Equal("BLOCKED", (await node.ReserveAsync(budget, "0.5")).Text("result"));
    }

    [Fact]
    public async Task Freeze_ScopeOnDemand_StopsThatValueAlone()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "perValue": { "customerId": { "limit": "10" } } }""");
        await node.HoldAsync(budget, "1", OfCustomer("c-1"));

        var view = await node.DoAsync("POST", budget, "/freeze", """{ "scope": "customerId=c-1", "reason": "unpaid" }""");

        Assert.Equal("frozen", view.Text("state"));
        Assert.Equal("x_budget_frozen", (await node.ReserveAsync(budget, "1", attribution: OfCustomer("c-1"))).Text("reasonCode"));
        await node.HoldAsync(budget, "1", OfCustomer("c-2"));
    }

    [Fact]
    public async Task Freeze_AcrossARestart_Holds()
    {
        await using var own = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await own.BudgetAsync(Definition, "nlp");
        await own.DoAsync("POST", budget, "/freeze", """{ "scope": "nlp", "reason": "loop" }""");

        await own.Node.StopAsync();
        await own.Node.StartAsync();

        Assert.Equal("x_budget_frozen", (await own.ReserveAsync(budget, "1")).Text("reasonCode"));
        Assert.Equal("loop", (await own.ViewAsync(budget, "nlp")).Text("frozenReason"));
    }

    [Theory]
    [InlineData("/freeze")]
    [InlineData("/unfreeze")]
    public async Task Freeze_OfWhatIsNotThere_Is404(string act)
    {
        var budget = await node.BudgetAsync(Definition);

        Assert.Equal("budget_not_found", (await node.SendAsync("POST", "nothing", act))["code"]);
        Assert.Equal("scope_not_found", (await node.SendAsync("POST", budget, act, """{ "scope": "tts" }"""))["code"]);
    }

    [Theory]
    [InlineData("""{ "scope": "NLP" }""", "scope")]
    [InlineData("""{ "scope": 5 }""", "scope")]
    [InlineData("""{ "reason": "" }""", "reason")]
    [InlineData("""{ "reason": 5 }""", "reason")]
    [InlineData("""{ "Scope": "nlp" }""", "Scope")]
    public async Task Freeze_BadField_IsNamed(string body, string field)
    {
        var budget = await node.BudgetAsync(Definition);

        var answer = await node.SendAsync("POST", budget, "/freeze", body);

        Assert.Equal(400, answer.Status);
        Assert.Equal(field, answer["field"]);
        Assert.Equal("active", (await node.ViewAsync(budget)).Text("state"));
    }
}
