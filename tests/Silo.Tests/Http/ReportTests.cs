using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Reports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class ReportTests
{
    private const string T = BudgetNode.T;

    private const string Daily = """
        { "unit": "USD", "timeZone": "Europe/Berlin", "limits": [ { "limit": "100", "period": "day" }, { "limit": "1000", "period": "month" } ],
          "children": { "nlp": { "perValue": { "customerId": { "limit": "50", "period": "month", "optional": true } } }, "ocr": {} } }
        """;

    [Fact]
    public async Task History_OfTwoDays_HasLateFiguresWhereTheyWereReserved_AndAgreesWithTheBudget()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await node.BudgetAsync(Daily, "nlp");
        var late = await node.HoldAsync(budget, "2");
        await node.UnresolvedAsync(budget, "1");
        await node.SpendAsync(budget, "0.5", BudgetNode.OfCustomer("c 17"));
        node.Clock.AdvanceTo(BudgetNode.Instant("2026-11-24T10:00:00Z"));
        await node.ReconcileAsync(late, "3");
        await node.DoAsync("POST", budget, "/adjust", """{ "id": "refund-1", "amount": "0.25", "reason": "a refund" }""");
        await node.HoldAsync(budget, "4.000000000001");

        var history = await node.DoAsync("GET", budget, "/history?limit=3");

        Assert.Equal(("day", "USD", ""), (history.Text("period"), history.Text("unit"), history.Text("scope")));
        Assert.Equal(
            [
                "2026-11-21T23:00:00.000000Z 2026-11-22T23:00:00.000000Z 0 0 0 0 0 0",
                "2026-11-22T23:00:00.000000Z 2026-11-23T23:00:00.000000Z 3.5 0 1 1.5 3 0",
                "2026-11-23T23:00:00.000000Z 2026-11-24T23:00:00.000000Z -0.25 4.000000000001 0 0 1 -0.25",
            ],
            history.GetProperty("items").EnumerateArray().Select(Row));
        var running = (await node.ViewAsync(budget)).Limit("day");
        foreach (var figure in (string[])["spent", "reserved", "unresolved", "overrun", "windowStart", "windowEnd"])
            Assert.Equal(running.Text(figure), history.GetProperty("items")[2].Text(figure));

        var before = await node.DoAsync("GET", budget, $"/history?limit=1&to={history.GetProperty("items")[2].Text("windowStart")}");
        Assert.Equal([Row(history.GetProperty("items")[1])], before.GetProperty("items").EnumerateArray().Select(Row));
        Assert.Equal("2026-11-22T23:00:00.000000Z", before.Text("next"));

        Assert.Equal(
            ["2026-11-22T23:00:00.000000Z 2026-11-23T23:00:00.000000Z 0.5 0 0 0.5 1 0"],
            (await node.DoAsync("GET", budget, "/history?period=day&from=2026-11-23T00:00:00Z&to=2026-11-23T01:00:00Z&scope=nlp%2FcustomerId%3Dc%252017"))
                .GetProperty("items").EnumerateArray().Select(Row));
        Assert.Equal(
            ["- - 3.25 4.000000000001 1 1.5 4 -0.25"],
            (await node.DoAsync("GET", budget, "/history?period=none")).GetProperty("items").EnumerateArray().Select(Row));
        Assert.Equal(12, (await node.DoAsync("GET", budget, "/history?scope=ocr")).GetProperty("items").GetArrayLength());
        Assert.Equal("month", (await node.DoAsync("GET", budget, "/history?scope=ocr")).Text("period"));
        Assert.Equal(0, (await node.DoAsync("GET", budget, "/history?from=2026-12-24T00:00:00Z")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Top_ByEachAttribute_AddsUpToTheTotalThatTheBudgetCounts()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await node.BudgetAsync(Daily, "nlp");
        await node.BindAsync("planner", budget, "ocr");
        await node.ReconcileAsync(await node.HoldAsync(budget, "1", BudgetNode.OfCustomer("c-17")), "0.75");
        await node.ReconcileAsync(await node.HoldAsync("planner", "2"), "2.5");
        await node.SpendAsync(budget, "0.125", BudgetNode.OfCustomer("c-18"));
        await node.HoldAsync("planner", "0.5");
        await node.DoAsync("POST", budget, "/adjust", """{ "id": "fee-1", "amount": "-7", "reason": "a fee" }""");

        var byAgent = await node.DoAsync("GET", budget, "/top?by=agent");
        Assert.Equal(["planner - 2.5 0.5 0 0.5 2", $"{budget} - 0.875 0 0 0.125 2"], Items(byAgent));
        Assert.Equal("2026-10-31T23:00:00.000000Z", byAgent.Text("from"));
        Assert.Equal("2026-11-30T23:00:00.000000Z", byAgent.Text("to"));
        var total = byAgent.GetProperty("total");
        Assert.Equal(("10.375", "7", 4), (total.Text("spent"), total.Text("adjustments"), total.GetProperty("calls").GetInt32()));
        Assert.Equal((await node.ViewAsync(budget)).Limit("month").Text("spent"), total.Text("spent"));

        Assert.Equal(["gpt-4o openai 3.25 0.5 0 0.5 3", "gpt-4o - 0.125 0 0 0.125 1"], Items(await node.DoAsync("GET", budget, "/top?by=model")));
        Assert.Equal(["openai - 3.25 0.5 0 0.5 3", "- - 0.125 0 0 0.125 1"], Items(await node.DoAsync("GET", budget, "/top?by=provider")));
        Assert.Equal(
            ["- - 2.5 0.5 0 0.5 2", "c-17 - 0.75 0 0 0 1", "c-18 - 0.125 0 0 0.125 1"], Items(await node.DoAsync("GET", budget, "/top?by=customerId")));
        Assert.Equal(["- - 0.875 0 0 0.125 2"], Items(await node.DoAsync("GET", budget, "/top?by=feature&scope=nlp")));

        var one = await node.DoAsync("GET", budget, "/top?by=customerId&limit=1");
        Assert.Equal(["- - 2.5 0.5 0 0.5 2"], Items(one));
        Assert.Equal(("0.875", "0", "0.125"), (one.GetProperty("other").Text("spent"), one.GetProperty("other").Text("reserved"), one.GetProperty("other").Text("overrun")));
        Assert.Equal((2, 2), (one.GetProperty("other").GetProperty("count").GetInt32(), one.GetProperty("other").GetProperty("calls").GetInt32()));

        Assert.Equal([], Items(await node.DoAsync("GET", budget, "/top?by=agent&to=2026-11-01T00:00:00Z")));
        Assert.Null((await node.DoAsync("GET", budget, "/top?by=agent&from=2026-11-01T00:00:00Z")).Text("to"));
    }

    [Fact]
    public async Task Spend_OfATenant_IsSummedOverItsBudgetsForEachUnit()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var first = await node.BudgetAsync("""{ "unit": "USD" }""");
        var second = await node.BudgetAsync("""{ "unit": "USD" }""");
        var third = await node.BudgetAsync("""{ "unit": "tokens" }""");
        await node.SpendAsync(first, "0.1");
        await node.SpendAsync(second, "0.2");
        await node.SpendAsync(third, "1200", unit: "tokens");

        var spend = await node.Node.DoAsync("GET", $"{T}/spend?by=model");

        var units = spend.GetProperty("units").EnumerateArray().ToArray();
        Assert.Equal(["USD", "tokens"], units.Select(unit => unit.Text("unit")));
        Assert.Equal([2, 1], units.Select(unit => unit.GetProperty("budgets").GetInt32()));
        Assert.Equal(["gpt-4o - 0.3 0 0 0.3 2"], Items(units[0]));
        Assert.Equal(["gpt-4o - 1200 0 0 1200 1"], Items(units[1]));
        Assert.Equal("2026-11-01T00:00:00.000000Z", spend.Text("from"));
        Assert.Equal("0", (await node.Node.DoAsync("GET", $"{T}/spend?by=agent&from=2026-11-24T00:00:00Z")).GetProperty("units")[0].GetProperty("total").Text("spent"));
    }

    [Theory]
    [InlineData("/history?scope=nowhere", 404, "scope_not_found", "ask for an earlier from")]
    [InlineData("/top?by=agent&scope=nowhere", 404, "scope_not_found", "ask for an earlier from")]
    [InlineData("/history?period=fortnight", 400, "invalid_request", "period: must be one of none, day, month, hour, week, quarter, year")]
    [InlineData("/history?limit=1001", 400, "invalid_request", "limit: must be from 1 to 1000")]
    [InlineData("/history?period=hour&from=2026-01-01T00:00:00Z", 400, "range_too_large", "more than 1000 windows of period hour")]
    [InlineData("/history?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", 400, "invalid_request", "to: must be after from")]
    [InlineData("/history?from=1969-12-31T23:59:59Z", 400, "invalid_request", "from: must not be before 1970")]
    [InlineData("/top", 400, "invalid_request", "by: is required: one of agent, model, provider, customerId, feature")]
    [InlineData("/top?by=Agent", 400, "invalid_request", "by: must be one of agent")]
    [InlineData("/top?by=agent&to=9999-01-01T00:00:00Z", 400, "invalid_request", "to: must be after 1970")]
    public async Task Report_ThatCannotBe_SaysWhy(string path, int status, string code, string detail)
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await node.BudgetAsync(Daily);

        var answer = await node.SendAsync("GET", budget, path);

        Assert.Equal((status, code), (answer.Status, answer["code"]));
        Assert.Contains(detail, answer["detail"], StringComparison.Ordinal);
        Assert.Equal("budget_not_found", (await node.SendAsync("GET", "unknown", "/history"))["code"]);
    }

    [Fact]
    public async Task History_PagedIntoThePast_EndsWhereNothingCanBe()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "1", "period": "month" }""");

        var starts = new List<string?>();
        for (var query = "/history?limit=10"; ;)
        {
            var page = await node.DoAsync("GET", budget, query);
            starts.InsertRange(0, page.GetProperty("items").EnumerateArray().Select(item => item.Text("windowStart")));
            if (page.Text("next") is not { } next)
                break;
            query = $"/history?limit=10&to={next}";
        }

        Assert.Equal(20, starts.Count);
        Assert.Equal(("2025-04-01T00:00:00.000000Z", "2026-11-01T00:00:00.000000Z"), (starts[0], starts[^1]));
        Assert.Equal(20, starts.Distinct().Count());
    }

    [Fact]
    public async Task Report_OfMoreEntriesThanAreRead_NamesARangeThatMends()
    {
        await using var node = await BudgetNode.AtAsync(
            "2026-11-23T12:00:00Z", services => services.AddSingleton(Options.Create(new ReportOptions { EntriesMax = 2 })));
        var budget = await node.BudgetAsync(Daily, "nlp");
        await node.SpendAsync(budget, "1");
        await node.SpendAsync(budget, "1");
        node.Clock.AdvanceTo(BudgetNode.Instant("2026-11-24T12:00:00Z"));
        await node.SpendAsync(budget, "1");

        var refused = await node.SendAsync("GET", budget, "/top?by=agent");
        Assert.Equal((400, "range_too_large", "from"), (refused.Status, refused["code"], refused["field"]));
        Assert.Contains("there are 4 entries since 2026-10-31T23:00:00Z", refused["detail"], StringComparison.Ordinal);
        Assert.Equal("range_too_large", (await node.Node.SendAsync("GET", $"{T}/spend?by=agent"))["code"]);

        Assert.Equal([$"{budget} - 1 0 0 1 1"], Items(await node.DoAsync("GET", budget, "/top?by=agent&from=2026-11-24T00:00:00Z")));
    }

    [Fact]
    public async Task Report_BesideAsManyAsThereMayBe_IsToldToComeAgain()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z", services =>
        {
            services.AddSingleton(Options.Create(new ReportOptions { ConcurrentMax = 1 }));
            services.AddSingleton<GatedReader>();
            services.AddSingleton<ILedgerReader>(provider => provider.GetRequiredService<GatedReader>());
        });
        var gate = node.Node.App.Services.GetRequiredService<GatedReader>();
        var budget = await node.BudgetAsync(Daily);
        var first = node.SendAsync("GET", budget, "/history");
        await gate.Asked;

        var second = await node.SendAsync("GET", budget, "/history");
        gate.Open();

        Assert.Equal((503, "overloaded", "1"), (second.Status, second["code"], second.Headers.RetryAfter?.ToString()));
        Assert.Equal(200, (await first).Status);
        Assert.Equal(200, (await node.SendAsync("GET", budget, "/history")).Status);
    }

    /// <summary>A window as <c>windowStart windowEnd spent reserved unresolved overrun calls adjustments</c>.</summary>
    private static string Row(JsonElement window) => string.Join(
        ' ',
        window.Text("windowStart") ?? "-", window.Text("windowEnd") ?? "-", Figures(window), window.Text("adjustments"));

    /// <summary>Items as <c>key provider spent reserved unresolved overrun calls</c>.</summary>
    private static IEnumerable<string> Items(JsonElement report) => report.GetProperty("items").EnumerateArray()
        .Select(item => $"{item.Text("key") ?? "-"} {item.Text("provider") ?? "-"} {Figures(item)}");

    private static string Figures(JsonElement sums) => string.Join(
        ' ',
        sums.Text("spent"), sums.Text("reserved"), sums.Text("unresolved"), sums.Text("overrun"),
        sums.GetProperty("calls").GetInt64().ToString(CultureInfo.InvariantCulture));
}
