using static GenOps.ControlPlane.Silo.Tests.Http.BudgetNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class BudgetWindowTests
{
    private const string Everything = """
        { "unit": "USD", "timeZone": "Europe/Berlin", "weekStart": "sunday", "fiscalYearStart": 4, "limits": [
          { "limit": "1", "period": "hour" }, { "limit": "2", "period": "day" }, { "limit": "3", "period": "week" },
          { "limit": "4", "period": "month" }, { "limit": "5", "period": "quarter" }, { "limit": "6", "period": "year" },
          { "limit": "7", "period": "none" } ] }
        """;

    [Theory]
    [InlineData("2026-11-23T12:34:56Z", // an ordinary Monday in winter
        "hour 2026-11-23T12:00 2026-11-23T13:00", "day 2026-11-22T23:00 2026-11-23T23:00", "week 2026-11-21T23:00 2026-11-28T23:00",
        "month 2026-10-31T23:00 2026-11-30T23:00", "quarter 2026-09-30T22:00 2026-12-31T23:00", "year 2026-03-31T22:00 2027-03-31T22:00")]
    [InlineData("2027-03-28T00:30:00Z", // the Sunday that loses an hour
        "hour 2027-03-28T00:00 2027-03-28T01:00", "day 2027-03-27T23:00 2027-03-28T22:00", "week 2027-03-27T23:00 2027-04-03T22:00",
        "month 2027-02-28T23:00 2027-03-31T22:00", "quarter 2026-12-31T23:00 2027-03-31T22:00", "year 2026-03-31T22:00 2027-03-31T22:00")]
    [InlineData("2026-10-24T22:30:00Z", // the Sunday that has one hour twice, shortly after its midnight
        "hour 2026-10-24T22:00 2026-10-24T23:00", "day 2026-10-24T22:00 2026-10-25T23:00", "week 2026-10-24T22:00 2026-10-31T23:00",
        "month 2026-09-30T22:00 2026-10-31T23:00", "quarter 2026-09-30T22:00 2026-12-31T23:00", "year 2026-03-31T22:00 2027-03-31T22:00")]
    [InlineData("2028-02-29T22:59:00Z", // the last minute of a leap day
        "hour 2028-02-29T22:00 2028-02-29T23:00", "day 2028-02-28T23:00 2028-02-29T23:00", "week 2028-02-26T23:00 2028-03-04T23:00",
        "month 2028-01-31T23:00 2028-02-29T23:00", "quarter 2027-12-31T23:00 2028-03-31T22:00", "year 2027-03-31T22:00 2028-03-31T22:00")]
    public async Task Get_EveryPeriodInBerlin_SaysWhenItsWindowBeginsAndEnds(string now, params string[] windows)
    {
        await using var node = await BudgetNode.AtAsync(now);
        var budget = await node.BudgetAsync(Everything);

        var view = await node.ViewAsync(budget);

        Assert.Equal("Europe/Berlin", view.Text("timeZone"));
        foreach (var window in windows)
        {
            var words = window.Split(' ');
            var limit = view.Limit(words[0]);
            Assert.Equal($"{words[1]}:00.000000Z", limit.Text("windowStart"));
            Assert.Equal($"{words[2]}:00.000000Z", limit.Text("windowEnd"));
        }

        Assert.Null(view.Limit("none").Text("windowStart"));
        Assert.Null(view.Limit("none").Text("windowEnd"));
        Assert.Equal(7, view.GetProperty("limits").GetArrayLength());
    }

    [Fact]
    public async Task Reserve_SeveralLimits_TheTightestRefusesAndEndsWithItsWindow()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:34:56Z");
        var budget = await node.BudgetAsync(Everything);
        await node.ReconcileAsync(await node.HoldAsync(budget, "1"), "1");

        var refused = await node.ReserveAsync(budget, "0.5");
        Assert.Equal("BUDGET_EXCEEDED", refused.Text("reasonCode"));
        Assert.Contains("hour", refused.Text("determinedBy"), StringComparison.Ordinal);

        node.Clock.AdvanceTo(Instant("2026-11-23T13:00:00Z"));
        await node.ReconcileAsync(await node.HoldAsync(budget, "1"), "1");
        node.Clock.AdvanceTo(Instant("2026-11-23T14:00:00Z"));
        Assert.Contains("day", (await node.ReserveAsync(budget, "0.5")).Text("determinedBy"), StringComparison.Ordinal);

        node.Clock.AdvanceTo(Instant("2026-11-23T23:00:00Z"));
        var held = await node.ReserveAsync(budget, "0.25");
        Assert.Equal("0.75", held.GetProperty("reservations")[0].Text("remaining"));
        var view = await node.ViewAsync(budget);
        Assert.Equal("2 0 0.25 0 0 1.75", view.Limit("day").Figures());
        Assert.Equal("3 2 0.25 0 0 0.75", view.Limit("week").Figures());
        Assert.Equal("7 2 0.25 0 0 4.75", view.Limit("none").Figures());
    }

    [Fact]
    public async Task Reconcile_AfterItsWindowEnded_CountsInTheReservationsWindow()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T22:59:30Z");
        var budget = await node.BudgetAsync(
            """{ "unit": "USD", "timeZone": "Europe/Berlin", "limits": [ { "limit": "10", "period": "day" }, { "limit": "100", "period": "month" } ] }""");
        var id = await node.HoldAsync(budget, "4");
        Assert.Equal("10 0 4 0 0 6", (await node.ViewAsync(budget)).Limit("day").Figures());

        node.Clock.AdvanceTo(Instant("2026-11-23T23:00:00Z"));
        await node.ReconcileAsync(id, "5");

        var view = await node.ViewAsync(budget);
        Assert.Equal("10 0 0 0 0 10", view.Limit("day").Figures());
        Assert.Equal("100 5 0 0 1 95", view.Limit("month").Figures());
    }

    [Fact]
    public async Task Usage_ThatNamesWhenItHappened_CountsInThatWindow()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await node.BudgetAsync(
            """{ "unit": "USD", "limits": [ { "limit": "10", "period": "day" }, { "limit": "100", "period": "month" } ] }""");

        await node.Node.DoAsync("POST", $"{T}/usage",
            $$"""
            { "agent": "{{budget}}", "operation": {{Bodies.Operation}}, "attribution": {{Bodies.Attribution}}, "why": "external",
              "occurredAt": "2026-11-20T08:00:00Z", "actual": [ { "amount": "3", "unit": "USD" } ] }
            """);

        var view = await node.ViewAsync(budget);
        Assert.Equal("10 0 0 0 0 10", view.Limit("day").Figures());
        Assert.Equal("100 3 0 0 3 97", view.Limit("month").Figures());
    }

    [Fact]
    public async Task Put_OtherTimeZone_TakesEffectWhenTheRunningWindowEnds()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "10", "period": "day" }""");
        await node.SpendAsync(budget, "4");

        var view = await node.DoAsync("PUT", budget, "", """{ "unit": "USD", "limit": "10", "period": "day", "timeZone": "America/New_York" }""");
        Assert.Equal("2026-11-23T00:00:00.000000Z", view.Limit("day").Text("windowStart"));
        Assert.Equal("2026-11-24T00:00:00.000000Z", view.Limit("day").Text("windowEnd"));
        Assert.Equal("4", view.Limit("day").Text("spent"));

        node.Clock.AdvanceTo(Instant("2026-11-24T00:00:00Z"));
        view = await node.ViewAsync(budget);
        Assert.Equal("2026-11-24T00:00:00.000000Z", view.Limit("day").Text("windowStart"));
        Assert.Equal("2026-11-24T05:00:00.000000Z", view.Limit("day").Text("windowEnd"));
        Assert.Equal("0", view.Limit("day").Text("spent"));
    }

    [Theory]
    [InlineData("keep", "unresolved", "10 0 0 4 0 6")]
    [InlineData("release", "released", "10 0 0 0 0 10")]
    public async Task Hold_ThatNobodyReports_ExpiresAsTheBudgetSays(string onExpiry, string state, string figures)
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await node.BudgetAsync($$"""{ "unit": "USD", "limit": "10", "onExpiry": "{{onExpiry}}" }""");
        var id = (await node.ReserveAsync(budget, "4", "\"ttlSeconds\": 60")).Text("id")!;

        node.Clock.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(figures, (await node.LimitAsync(budget)).Figures());
        Assert.Equal(state, (await node.Node.DoAsync("GET", $"{T}/workloads/{id}")).Text("state"));
        Assert.Equal("reconciled", (await node.ReconcileAsync(id, "6")).Text("state"));
        Assert.Equal(onExpiry == "keep" ? "10 6 0 0 2 4" : "10 6 0 0 6 4", (await node.LimitAsync(budget)).Figures());
    }
}
