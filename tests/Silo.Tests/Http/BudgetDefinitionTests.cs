using System.Text.Json.Nodes;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class BudgetDefinitionTests(BudgetNode node) : IClassFixture<BudgetNode>
{
    private const string Full = """
        {
          "unit": "EUR",
          "limits": [ { "limit": "5000", "period": "month" }, { "limit": "400", "period": "day" } ],
          "timeZone": "Europe/Berlin",
          "onExpiry": "release",
          "defaultPrice": { "inputPerMillion": "3", "outputPerMillion": "15", "currency": "EUR" },
          "children": {
            "nlp": {
              "limit": "500", "period": "week",
              "children": { "eu": {} },
              "perValue": { "feature": { "limits": [ { "limit": "7", "period": "day" } ], "optional": true } }
            }
          },
          "weekStart": "sunday",
          "fiscalYearStart": 4,
          "warnAt": 90,
          "alerts": [ 50, 80, 100, 120 ],
          "mode": "observe",
          "estimate": "p95",
          "perValue": { "customerId": { "limit": "100", "period": "month" } },
          "maxScopes": 5000
        }
        """;

    /// <summary>The definition's members besides the unit, and the field that is named.</summary>
    public static TheoryData<string, string> BadDefinitions { get; } = new()
    {
        { """ "weekStart": "someday" """, "weekStart" },
        { """ "weekStart": "Monday" """, "weekStart" },
        { """ "weekStart": 1 """, "weekStart" },
        { """ "fiscalYearStart": 0 """, "fiscalYearStart" },
        { """ "fiscalYearStart": 13 """, "fiscalYearStart" },
        { """ "fiscalYearStart": "april" """, "fiscalYearStart" },
        { """ "fiscalYearStart": 1.5 """, "fiscalYearStart" },
        { """ "warnAt": 0 """, "warnAt" },
        { """ "warnAt": 101 """, "warnAt" },
        { """ "warnAt": "90" """, "warnAt" },
        { """ "alerts": [ 0 ] """, "alerts[0]" },
        { """ "alerts": [ 50, 1001 ] """, "alerts[1]" },
        { """ "alerts": [ 50, 50 ] """, "alerts[1]" },
        { """ "alerts": [ 80, 50, 80 ] """, "alerts[2]" },
        { """ "alerts": [ 50, "80" ] """, "alerts[1]" },
        { """ "alerts": 50 """, "alerts" },
        { """ "alerts": [ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 ] """, "alerts" },
        { """ "mode": "dryRun" """, "mode" },
        { """ "estimate": "p99" """, "estimate" },
        { """ "onExpiry": "forget" """, "onExpiry" },
        { """ "timeZone": "CEST" """, "timeZone" },
        { """ "timeZone": "+02:00" """, "timeZone" },
        { """ "period": "fortnight" """, "period" },
        { """ "limits": [ { "limit": "1", "period": "day" }, { "limit": "2", "period": "day" } ] """, "limits[1].period" },
        { """ "limit": "1", "limits": [ { "limit": "1", "period": "day" } ] """, "limit" },
        { """ "maxScopes": 0 """, "maxScopes" },
        { """ "maxScopes": 1000001 """, "maxScopes" },
        { """ "maxScopes": 99999999999 """, "maxScopes" },
        { """ "perValue": { "shoeSize": { "limit": "1" } } """, "perValue.shoeSize" },
        { """ "perValue": { "CustomerId": { "limit": "1" } } """, "perValue.CustomerId" },
        { """ "perValue": { "customerId": {} } """, "perValue.customerId.limit" },
        { """ "perValue": { "customerId": { "limits": [] } } """, "perValue.customerId.limit" },
        { """ "perValue": { "customerId": { "limit": "-1" } } """, "perValue.customerId.limit" },
        { """ "perValue": { "customerId": { "limit": 5 } } """, "perValue.customerId.limit" },
        { """ "perValue": { "customerId": { "limit": "1", "limits": [ { "limit": "1", "period": "day" } ] } } """, "perValue.customerId.limit" },
        { """ "perValue": { "customerId": { "limit": "1", "period": "fortnight" } } """, "perValue.customerId.period" },
        { """ "perValue": { "customerId": { "limits": [ { "limit": "1", "period": "day" }, { "limit": "2", "period": "day" } ] } } """, "perValue.customerId.limits[1].period" },
        { """ "perValue": { "customerId": { "limit": "1", "optional": "yes" } } """, "perValue.customerId.optional" },
        { """ "perValue": { "customerId": { "limit": "1", "values": [] } } """, "perValue.customerId.values" },
        { """ "perValue": { "customerId": null } """, "perValue.customerId" },
        { """ "children": { "nlp": { "perValue": { "feature": { "limit": "1", "period": "fortnight" } } } } """, "children.nlp.perValue.feature.period" },
        { """ "children": { "nlp": { "perValue": { "feature": {} } } } """, "children.nlp.perValue.feature.limit" },
        { """ "children": { "nlp": { "limit": "1", "period": "fortnight" } } """, "children.nlp.period" },
        { """ "children": { "nlp": { "warnAt": 90 } } """, "children.nlp.warnAt" },
        { """ "children": { "nlp": { "timeZone": "Europe/Berlin" } } """, "children.nlp.timeZone" },
        { """ "children": { "customerId=c-1": { "limit": "1" } } """, "children" },
        { """ "defaultPrice": { "inputPerMillion": "3", "outputPerMillion": "15", "currency": "EUR" } """, "defaultPrice.currency" },
    };

    [Theory]
    [MemberData(nameof(BadDefinitions))]
    public async Task Put_BadField_IsNamedAndNothingIsWritten(string members, string field)
    {
        var budget = node.NewName();

        var answer = await node.SendAsync("PUT", budget, "", $$"""{ "unit": "USD", {{members}} }""");

        Assert.True(answer.Status == 400, $"{answer.Status} {answer.Text}");
        Assert.Equal("invalid_request", answer["code"]);
        Assert.Equal(field, answer["field"]);
        Assert.StartsWith(field, answer["detail"], StringComparison.Ordinal);
        Assert.Equal(404, (await node.SendAsync("GET", budget)).Status);
    }

    [Fact]
    public async Task Definition_OfEveryField_IsReadBackAsItWasPut()
    {
        await node.DoAsync("PUT", "full", "", Full);

        var read = await node.SendAsync("GET", "full", "/definition");

        Assert.Equal("application/json", read.MediaType);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Full), JsonNode.Parse(read.Text)), read.Text);
    }

    [Fact]
    public async Task Definition_PutBackAsItWasRead_WritesNothing()
    {
        await node.DoAsync("PUT", "again", "", Full);
        var read = (await node.SendAsync("GET", "again", "/definition")).Text;

        await node.DoAsync("PUT", "again", "", read);

        Assert.Single(await node.EntriesAsync("again", "budget.defined"));
    }

    [Fact]
    public async Task Definition_Edited_IsTheNewestAndStaysWhenArchived()
    {
        await node.DoAsync("PUT", "edited", "", """{ "unit": "USD", "limit": "5" }""");
        await node.DoAsync("PUT", "edited", "", """{ "unit": "USD", "limit": "6", "warnAt": 80 }""");
        await node.DoAsync("DELETE", "edited");

        Assert.Equal("""{"unit":"USD","limit":"6","warnAt":80}""", (await node.SendAsync("GET", "edited", "/definition")).Text);
    }

    [Fact]
    public async Task Definition_OfAnUnknownBudget_Is404() =>
        Assert.Equal("budget_not_found", (await node.SendAsync("GET", "nothing", "/definition"))["code"]);

    [Fact]
    public async Task Put_OtherUnit_IsAConflict()
    {
        await node.DoAsync("PUT", "fixed", "", """{ "unit": "USD" }""");

        var answer = await node.SendAsync("PUT", "fixed", "", """{ "unit": "EUR" }""");

        Assert.Equal(409, answer.Status);
        Assert.Equal("unit_fixed", answer["code"]);
    }

    [Fact]
    public async Task Put_LimitsRaisedLoweredAddedAndRemoved_NeverTouchUsage()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "10", "period": "month" }""");
        await node.SpendAsync(budget, "4");

        Assert.Equal("20 4 0 0 4 16", Figures(await Put("""{ "unit": "USD", "limit": "20", "period": "month" }"""), "month"));
        Assert.Equal("1 4 0 0 4 -3", Figures(await Put("""{ "unit": "USD", "limit": "1", "period": "month" }"""), "month"));
        Assert.Equal("BUDGET_EXCEEDED", (await node.ReserveAsync(budget, "0.1")).Text("reasonCode"));
        Assert.Equal(
            "30 4 0 0 4 26",
            Figures(await Put("""{ "unit": "USD", "limits": [ { "limit": "9", "period": "month" }, { "limit": "30", "period": "year" } ] }"""), "year"));
        var none = await Put("""{ "unit": "USD" }""");
        Assert.Equal("- 4 0 0 4 -", none.GetProperty("limits")[0].Figures());
        Assert.Equal(1, none.GetProperty("limits").GetArrayLength());

        Task<System.Text.Json.JsonElement> Put(string body) => node.DoAsync("PUT", budget, "", body);
        static string Figures(System.Text.Json.JsonElement view, string period) => view.Limit(period).Figures();
    }

    [Fact]
    public async Task Put_ChangeOfPeriod_TakesEffectWhenTheOldWindowEnds()
    {
        await using var own = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await own.BudgetAsync("""{ "unit": "USD", "limit": "10", "period": "day" }""");

        var view = await own.DoAsync("PUT", budget, "", """{ "unit": "USD", "limit": "100", "period": "week" }""");

        Assert.Equal("2026-11-24T00:00:00.000000Z", view.Limit("day").Text("until"));
        Assert.Equal("10", view.Limit("day").Text("limit"));
        Assert.Equal("2026-11-24T00:00:00.000000Z", view.Limit("week").Text("from"));
        Assert.Equal("BUDGET_RESERVATION_FAILED", (await own.ReserveAsync(budget, "11")).Text("reasonCode"));

        own.Clock.AdvanceTo(BudgetNode.Instant("2026-11-24T00:00:00Z"));

        Assert.Equal("ALLOWED", (await own.ReserveAsync(budget, "11")).Text("result"));
        var after = await own.ViewAsync(budget);
        Assert.Equal(1, after.GetProperty("limits").GetArrayLength());
        Assert.Null(after.Limit("week").Text("from"));
        Assert.Equal("100 0 11 0 0 89", after.Limit("week").Figures());
    }
}
