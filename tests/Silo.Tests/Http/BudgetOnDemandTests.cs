using GenOps.ControlPlane.Budgets;
using Microsoft.Extensions.DependencyInjection;
using static GenOps.ControlPlane.Silo.Tests.Http.BudgetNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class BudgetOnDemandTests(BudgetNode node) : IClassFixture<BudgetNode>
{
    [Fact]
    public async Task PerValue_EachValue_HasALimitOfItsOwn()
    {
        var budget = await node.BudgetAsync(
            """{ "unit": "USD", "limit": "100", "children": { "nlp": { "perValue": { "customerId": { "limit": "10", "period": "month" } } } } }""", "nlp");
        await node.HoldAsync(budget, "10", OfCustomer("c-17"));

        var second = await node.ReserveAsync(budget, "1", attribution: OfCustomer("c-17"));
        Assert.Equal("BUDGET_EXCEEDED", second.Text("reasonCode"));
        Assert.StartsWith($"{budget}/nlp/customerId=c-17", second.Text("determinedBy"), StringComparison.Ordinal);
        var other = await node.ReserveAsync(budget, "1", attribution: OfCustomer("c-18"));
        Assert.Equal("nlp", other.GetProperty("reservations")[0].Text("scope"));
        Assert.Equal("9", other.GetProperty("reservations")[0].Text("remaining"));

        var view = await node.ViewAsync(budget, "nlp/customerId=c-17");
        Assert.Equal("nlp/customerId=c-17", view.Text("scope"));
        Assert.Equal("10 0 10 0 0 0", view.Limit("month").Figures());
        Assert.Equal("11", (await node.LimitAsync(budget, "nlp")).Text("reserved"));
        Assert.Equal(["nlp/customerId=c-17", "nlp/customerId=c-18"], (await node.ViewAsync(budget, "nlp")).Children());
    }

    [Fact]
    public async Task PerValue_MissingAttribute_IsRefusedUnlessOptional()
    {
        var required = await node.BudgetAsync("""{ "unit": "USD", "perValue": { "customerId": { "limit": "10" } } }""");
        var optional = await node.BudgetAsync("""{ "unit": "USD", "perValue": { "customerId": { "limit": "10", "optional": true } } }""");

        var refused = await node.ReserveAsync(required, "1");
        Assert.Equal("BLOCKED", refused.Text("result"));
        Assert.Equal("x_attribute_missing", refused.Text("reasonCode"));
        Assert.Contains("customerId", refused.Text("reason"), StringComparison.Ordinal);
        Assert.Equal("ALLOWED", (await node.ReserveAsync(optional, "1")).Text("result"));
        Assert.Empty((await node.ViewAsync(optional)).Children());
    }

    [Fact]
    public async Task PerValue_AgentModelAndProvider_AreTakenFromTheRequest()
    {
        var budget = await node.BudgetAsync(
            """{ "unit": "USD", "perValue": { "agent": { "limit": "10" }, "model": { "limit": "20" }, "provider": { "limit": "30" } } }""");

        await node.HoldAsync(budget, "1");

        Assert.Equal([$"agent={budget}", "model=gpt-4o", "provider=openai"], (await node.ViewAsync(budget)).Children());
    }

    [Theory]
    [InlineData("a/b c=%", "customerId=a%2Fb%20c%3D%25")]
    [InlineData("🦊 größe", "customerId=%F0%9F%A6%8A%20gr%C3%B6%C3%9Fe")]
    [InlineData("C-17~_.", "customerId=C-17~_.")]
    [InlineData("..", "customerId=..")]
    [InlineData("a&scope=x#y?z+w", "customerId=a%26scope%3Dx%23y%3Fz%2Bw")]
    public async Task PerValue_ValueOfAnyText_IsFoundByItsEncodedName(string customer, string scope)
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "perValue": { "customerId": { "limit": "10" } } }""");
        await node.HoldAsync(budget, "3", OfCustomer(customer));

        Assert.Equal([scope], (await node.ViewAsync(budget)).Children());
        var view = await node.ViewAsync(budget, scope);
        Assert.Equal(scope, view.Text("scope"));
        Assert.Equal("10 0 3 0 0 7", view.GetProperty("limits")[0].Figures());
    }

    [Fact]
    public async Task PerValue_LongestValue_IsOneOfItsOwn()
    {
        var customer = string.Concat(Enumerable.Repeat("🦊", 64));
        var budget = await node.BudgetAsync(
            """{ "unit": "USD", "children": { "nlp": { "perValue": { "customerId": { "limit": "10" }, "sessionId": { "limit": "5", "optional": true } } } } }""", "nlp");
        await node.HoldAsync(budget, "3", OfCustomer(customer));

        var scope = Assert.Single((await node.ViewAsync(budget, "nlp")).Children());

        Assert.Equal($"nlp/customerId={Uri.EscapeDataString(customer)}", scope);
        Assert.Equal("10 0 3 0 0 7", (await node.LimitAsync(budget, scope)).Figures());
        var longer = await node.Node.SendAsync("POST", $"{T}/workloads", Bodies.Workload(agent: $"\"{budget}\"", attribution: OfCustomer(customer + "x")));
        Assert.Equal("attribution.customerId", longer["field"]);
    }

    [Theory]
    [InlineData("customerId=a b", "customerId%3Da%2520b")]
    [InlineData("nlp/customerId=a:b", "customerId%3Da%253Ab")]
    [InlineData("customerId=%2f", "customerId%3D%252F")]
    [InlineData("customerId=", "1 to 256 bytes")]
    [InlineData("shoeSize=9", "scopes on demand are made by agent,")]
    [InlineData("customerId=c-1/eu", "has nothing below it")]
    [InlineData("customerId=a/b", "has nothing below it")]
    public async Task Get_ScopeThatIsNotWell_IsRefusedWithTheRightForm(string scope, string hint)
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "perValue": { "customerId": { "limit": "10" } } }""");

        var answer = await node.SendAsync("GET", budget, $"?scope={Uri.EscapeDataString(scope)}");

        Assert.Equal(400, answer.Status);
        Assert.Equal("scope", answer["field"]);
        Assert.Contains(hint, answer["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("NLP")]
    [InlineData("nlp/eu")]
    [InlineData("customerId=a b")]
    public async Task Get_AfterThatIsNoName_IsRefused(string after)
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD" }""");

        var answer = await node.SendAsync("GET", budget, $"?after={Uri.EscapeDataString(after)}");

        Assert.Equal(400, answer.Status);
        Assert.Equal("after", answer["field"]);
    }

    [Fact]
    public async Task Get_ScopeOnDemandThatNobodyUsed_IsNotFound()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "children": { "nlp": {} } }""");

        Assert.Equal("scope_not_found", (await node.SendAsync("GET", budget, "?scope=nlp%2FcustomerId%3Dc-1"))["code"]);
    }

    [Fact]
    public async Task Children_ThousandsOnDemand_ArePagedInOrderWithoutLoss()
    {
        const int count = 2_500;
        await using var own = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await own.BudgetAsync("""{ "unit": "USD", "perValue": { "customerId": { "limit": "10" } }, "children": { "nlp": {}, "zeta": {} } }""");
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (i, _) => await own.SpendAsync(budget, "0.5", OfCustomer($"c/{i:0000}")));

        var found = new List<string>();
        for (string? after = null; ;)
        {
            var page = (await own.DoAsync("GET", budget, $"?limit=400{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}"));
            found.AddRange(page.Children());
            after = page.GetProperty("children").Text("next");
            if (after is null)
                break;
            Assert.Equal(400, page.Children().Length);
        }

        Assert.Equal([.. Enumerable.Range(0, count).Select(i => $"customerId=c%2F{i:0000}"), "nlp", "zeta"], found);
        Assert.Equal("- 1250 0 0 1250 -", (await own.LimitAsync(budget)).Figures());
    }

    [Fact]
    public async Task PerValue_MoreThanMaxScopes_IsRefusedAndOldOnesGoOn()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "maxScopes": 2, "perValue": { "customerId": { "limit": "10" } } }""");
        await node.HoldAsync(budget, "1", OfCustomer("c-1"));
        await node.HoldAsync(budget, "1", OfCustomer("c-2"));

        var third = await node.ReserveAsync(budget, "1", attribution: OfCustomer("c-3"));

        Assert.Equal("BLOCKED", third.Text("result"));
        Assert.Equal("x_scopes_exhausted", third.Text("reasonCode"));
        await node.HoldAsync(budget, "1", OfCustomer("c-1"));
    }

    [Fact]
    public async Task PerValue_NewValuesTooFast_AreRateLimitedAndKnownOnesGoOn()
    {
        await using var own = await AtAsync("2026-11-23T12:00:00Z", services => services.Configure<BudgetGrainOptions>(grain => grain.ScopesPerMinuteMax = 2));
        var budget = await own.BudgetAsync("""{ "unit": "USD", "perValue": { "customerId": { "limit": "10" } } }""");
        await own.HoldAsync(budget, "1", OfCustomer("c-1"));
        await own.HoldAsync(budget, "1", OfCustomer("c-2"));

        var third = await own.ReserveAsync(budget, "1", attribution: OfCustomer("c-3"));

        Assert.Equal("RATE_LIMITED", third.Text("result"));
        Assert.Equal("RATE_LIMITED", third.Text("reasonCode"));
        Assert.InRange(third.GetProperty("retryAfterMs").GetInt64(), 1, 30_000);
        Assert.Equal(["customerId=c-1", "customerId=c-2"], (await own.ViewAsync(budget)).Children());
        await own.HoldAsync(budget, "1", OfCustomer("c-1"));
        own.Clock.Advance(TimeSpan.FromMilliseconds(third.GetProperty("retryAfterMs").GetInt64()));
        await own.HoldAsync(budget, "1", OfCustomer("c-3"));
    }

    [Fact]
    public async Task Bind_ToAScopeOnDemand_IsRefused()
    {
        var answer = await node.Node.SendAsync(
            "PUT", "/v1/tenants/acme/agents/narrow", """{ "budgets": [ { "root": "usd" }, { "root": "eur", "scope": "nlp/customerId=c-1" } ] }""");

        Assert.Equal(400, answer.Status);
        Assert.Equal("budgets[1].scope", answer.Json.GetProperty("field").GetString());
    }

    [Fact]
    public async Task PerValue_RemovedFromTheDefinition_LeavesItsScopesUsageReadable()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "perValue": { "customerId": { "limit": "10" } } }""");
        var id = await node.HoldAsync(budget, "3", OfCustomer("c-1"));

        await node.DoAsync("PUT", budget, "", """{ "unit": "USD" }""");
        await node.ReconcileAsync(id, "4");

        Assert.Equal("- 4 0 0 1 -", (await node.LimitAsync(budget, "customerId=c-1")).Figures());
    }
}
