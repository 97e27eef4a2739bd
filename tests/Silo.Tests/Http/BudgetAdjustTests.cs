using GenOps.ControlPlane.Budgets;
using Microsoft.Extensions.DependencyInjection;
using static GenOps.ControlPlane.Silo.Tests.Http.BudgetNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class BudgetAdjustTests(BudgetNode node) : IClassFixture<BudgetNode>
{
    private const string Definition = """{ "unit": "USD", "limit": "100", "children": { "nlp": { "limit": "50", "children": { "eu": {} } }, "ocr": {} } }""";

    [Fact]
    public async Task Adjust_Credit_LowersWhatIsSpentOfTheScopeAndAllAbove()
    {
        var budget = await node.BudgetAsync(Definition, "nlp/eu");
        await node.SpendAsync(budget, "30");

        var view = await node.DoAsync("POST", budget, "/adjust", """{ "scope": "nlp", "id": "refund-1", "amount": "12.5", "reason": "refund by the provider" }""");

        Assert.Equal("nlp", view.Text("scope"));
        Assert.Equal("50 17.5 0 0 30 32.5", view.GetProperty("limits")[0].Figures());
        Assert.Equal("100 17.5 0 0 30 82.5", (await node.LimitAsync(budget)).Figures());
        Assert.Equal("30", (await node.LimitAsync(budget, "nlp/eu")).Text("spent"));
        var entry = Assert.Single(await node.EntriesAsync(budget, "budget.adjusted"));
        Assert.Equal("refund-1", entry.Text("adjustmentId"));
        Assert.Equal("12.5", entry.Text("amount"));
        Assert.Equal("refund by the provider", entry.Text("reason"));
        Assert.False(string.IsNullOrEmpty(entry.Text("by")));
    }

    [Fact]
    public async Task Adjust_CreditAboveWhatIsSpent_LeavesANegativeFigure()
    {
        var budget = await node.BudgetAsync(Definition, "nlp");
        await node.SpendAsync(budget, "5");

        var view = await node.DoAsync("POST", budget, "/adjust", """{ "scope": "nlp", "id": "c1", "amount": "8", "reason": "goodwill" }""");

        Assert.Equal("50 -3 0 0 5 53", view.GetProperty("limits")[0].Figures());
    }

    [Fact]
    public async Task Adjust_Debit_CountsAsSpentAndNotAsOverrun()
    {
        var budget = await node.BudgetAsync(Definition, "nlp");

        var view = await node.DoAsync("POST", budget, "/adjust", """{ "id": "d1", "amount": "-2.000000000001", "reason": "invoice 17" }""");

        Assert.Equal("", view.Text("scope"));
        Assert.Equal("100 2.000000000001 0 0 0 97.999999999999", view.GetProperty("limits")[0].Figures());
        Assert.Equal("0", (await node.LimitAsync(budget, "nlp")).Text("spent"));
    }

    [Fact]
    public async Task Adjust_SameIdAgain_ChangesNothing()
    {
        const string body = """{ "scope": "nlp", "id": "d1", "amount": "-4", "reason": "invoice" }""";
        var budget = await node.BudgetAsync(Definition, "nlp");
        await node.DoAsync("POST", budget, "/adjust", body);

        var again = await node.DoAsync("POST", budget, "/adjust", body);

        Assert.Equal("50 4 0 0 0 46", again.GetProperty("limits")[0].Figures());
        Assert.Single(await node.EntriesAsync(budget, "budget.adjusted"));
    }

    [Theory]
    [InlineData("""{ "scope": "nlp", "id": "d1", "amount": "-5", "reason": "invoice" }""")]
    [InlineData("""{ "scope": "ocr", "id": "d1", "amount": "-4", "reason": "invoice" }""")]
    [InlineData("""{ "scope": "nlp", "id": "d1", "amount": "-4", "reason": "another invoice" }""")]
    [InlineData("""{ "scope": "nlp", "id": "d1", "amount": "4", "reason": "invoice", "until": "2030-01-01T00:00:00Z" }""")]
    public async Task Adjust_SameIdOtherContent_IsAConflict(string other)
    {
        var budget = await node.BudgetAsync(Definition, "nlp");
        await node.DoAsync("POST", budget, "/adjust", """{ "scope": "nlp", "id": "d1", "amount": "-4", "reason": "invoice" }""");

        var answer = await node.SendAsync("POST", budget, "/adjust", other);

        Assert.Equal(409, answer.Status);
        Assert.Equal("idempotency_conflict", answer["code"]);
        Assert.Equal("4", (await node.LimitAsync(budget, "nlp")).Text("spent"));
    }

    [Fact]
    public async Task Adjust_SameIdAsOneRequestManyTimes_CountsOnce()
    {
        var budget = await node.BudgetAsync(Definition, "nlp");

        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ =>
            node.SendAsync("POST", budget, "/adjust", """{ "scope": "nlp", "id": "d1", "amount": "-4", "reason": "invoice" }""")));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal("4", (await node.LimitAsync(budget)).Text("spent"));
    }

    [Fact]
    public async Task Adjust_Until_RaisesEveryLimitOfTheScopeForAWhile()
    {
        await using var own = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await own.BudgetAsync(
            """{ "unit": "USD", "limits": [ { "limit": "10", "period": "none" }, { "limit": "8", "period": "month" } ], "children": { "nlp": { "limit": "9", "period": "none" } } }""");

        var raised = await own.DoAsync("POST", budget, "/adjust",
            $$"""{ "id": "r1", "amount": "5", "reason": "launch", "until": "{{own.In(TimeSpan.FromHours(1))}}" }""");
        Assert.Equal("15", raised.Limit("none").Text("limit"));
        Assert.Equal("5", raised.Limit("none").Text("raised"));
        Assert.Equal("13", raised.Limit("month").Text("limit"));
        Assert.Equal("9", (await own.LimitAsync(budget, "nlp")).Text("limit"));
        var held = await own.ReserveAsync(budget, "13");
        Assert.Equal("ALLOWED", held.Text("result"));

        own.Clock.Advance(TimeSpan.FromHours(1));

        var after = await own.ViewAsync(budget);
        Assert.Equal("10", after.Limit("none").Text("limit"));
        Assert.Null(after.Limit("none").Text("raised"));
        Assert.Equal("8", after.Limit("month").Text("limit"));
        Assert.Equal("BUDGET_EXCEEDED", (await own.ReserveAsync(budget, "0.01")).Text("reasonCode"));
    }

    [Fact]
    public async Task Adjust_SeveralRaisesOfOnePeriod_AddUp()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limits": [ { "limit": "10", "period": "none" }, { "limit": "8", "period": "month" } ] }""");
        var until = node.In(TimeSpan.FromHours(1));

        await node.DoAsync("POST", budget, "/adjust", $$"""{ "id": "r1", "amount": "5", "reason": "launch", "until": "{{until}}", "period": "month" }""");
        var view = await node.DoAsync("POST", budget, "/adjust", $$"""{ "id": "r2", "amount": "0.5", "reason": "launch", "until": "{{until}}", "period": "month" }""");

        Assert.Equal("10", view.Limit("none").Text("limit"));
        Assert.Null(view.Limit("none").Text("raised"));
        Assert.Equal("13.5", view.Limit("month").Text("limit"));
        Assert.Equal("5.5", view.Limit("month").Text("raised"));
    }

    [Theory]
    [InlineData("""{ "amount": "1", "reason": "x" }""", "id")]
    [InlineData("""{ "id": "Not A Name", "amount": "1", "reason": "x" }""", "id")]
    [InlineData("""{ "id": "a", "reason": "x" }""", "amount")]
    [InlineData("""{ "id": "a", "amount": 1, "reason": "x" }""", "amount")]
    [InlineData("""{ "id": "a", "amount": "0", "reason": "x" }""", "amount")]
    [InlineData("""{ "id": "a", "amount": "1000000000000000000", "reason": "x" }""", "amount")]
    [InlineData("""{ "id": "a", "amount": "-1000000000000000000", "reason": "x" }""", "amount")]
    [InlineData("""{ "id": "a", "amount": "1" }""", "reason")]
    [InlineData("""{ "id": "a", "amount": "1", "reason": " " }""", "reason")]
    [InlineData("""{ "id": "a", "amount": "1", "reason": "x", "scope": "A" }""", "scope")]
    [InlineData("""{ "id": "a", "amount": "-1", "reason": "x", "until": "2030-01-01T00:00:00Z" }""", "amount")]
    [InlineData("""{ "id": "a", "amount": "1", "reason": "x", "until": "2020-01-01T00:00:00Z" }""", "until")]
    [InlineData("""{ "id": "a", "amount": "1", "reason": "x", "until": "2030-01-01" }""", "until")]
    [InlineData("""{ "id": "a", "amount": "1", "reason": "x", "period": "day" }""", "period")]
    [InlineData("""{ "id": "a", "amount": "1", "reason": "x", "until": "2030-01-01T00:00:00Z", "period": "fortnight" }""", "period")]
    [InlineData("""{ "id": "a", "amount": "1", "reason": "x", "why": "y" }""", "why")]
    public async Task Adjust_BadField_IsNamedAndNothingIsWritten(string body, string field)
    {
        var budget = await node.BudgetAsync(Definition, "nlp");

        var answer = await node.SendAsync("POST", budget, "/adjust", body);

        Assert.True(answer.Status == 400, $"{answer.Status} {answer.Text}");
        Assert.Equal(field, answer["field"]);
        Assert.Empty(await node.EntriesAsync(budget, "budget.adjusted"));
    }

    [Fact]
    public async Task Adjust_MoreOftenThanABudgetTakes_IsAConflict()
    {
        await using var own = await AtAsync("2026-11-23T12:00:00Z", services => services.Configure<BudgetTreeOptions>(tree => tree.AdjustmentsMax = 2));
        var budget = await own.BudgetAsync("""{ "unit": "USD" }""");
        await own.DoAsync("POST", budget, "/adjust", """{ "id": "a1", "amount": "1", "reason": "x" }""");
        await own.DoAsync("POST", budget, "/adjust", """{ "id": "a2", "amount": "1", "reason": "x" }""");

        var third = await own.SendAsync("POST", budget, "/adjust", """{ "id": "a3", "amount": "1", "reason": "x" }""");

        Assert.Equal(409, third.Status);
        Assert.Equal("adjustments_exhausted", third["code"]);
        Assert.Equal("-2", (await own.DoAsync("POST", budget, "/adjust", """{ "id": "a1", "amount": "1", "reason": "x" }""")).GetProperty("limits")[0].Text("spent"));
    }

    [Fact]
    public async Task Adjust_OfWhatIsNotThere_Is404()
    {
        const string body = """{ "scope": "tts", "id": "a", "amount": "1", "reason": "x" }""";
        var budget = await node.BudgetAsync(Definition, "nlp");

        Assert.Equal("scope_not_found", (await node.SendAsync("POST", budget, "/adjust", body))["code"]);
        Assert.Equal("budget_not_found", (await node.SendAsync("POST", "nothing", "/adjust", body))["code"]);
        Assert.Equal("scope_not_found", (await node.SendAsync(
            "POST", budget, "/adjust", """{ "scope": "nlp/customerId=c-1", "id": "a", "amount": "1", "reason": "x" }"""))["code"]);
    }

    [Fact]
    public async Task Adjust_ScopeOnDemandOfARule_CreditsThatValue()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "perValue": { "customerId": { "limit": "10" } } }""");

        var view = await node.DoAsync("POST", budget, "/adjust", """{ "scope": "customerId=a%20b", "id": "a", "amount": "1.5", "reason": "voucher" }""");

        Assert.Equal("10 -1.5 0 0 0 11.5", view.GetProperty("limits")[0].Figures());
        Assert.Equal("11.5", (await node.ReserveAsync(budget, "0", attribution: OfCustomer("a b"))).GetProperty("reservations")[0].Text("remaining"));
    }
}
