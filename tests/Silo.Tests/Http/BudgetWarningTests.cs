using System.Text.Json;
using static GenOps.ControlPlane.Silo.Tests.Http.BudgetNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class BudgetWarningTests(BudgetNode node) : IClassFixture<BudgetNode>
{
    [Fact]
    public async Task WarnAt_AdmissionAboveIt_IsAWarningThatHoldsMoney()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "10", "warnAt": 90 }""");

        Assert.Equal("ALLOWED", (await node.ReserveAsync(budget, "9")).Text("result"));
        var warning = await node.ReserveAsync(budget, "0.000000000001");

        Assert.Equal("WARNING", warning.Text("result"));
        Assert.Equal("x_budget_threshold", warning.Text("reasonCode"));
        Assert.False(string.IsNullOrWhiteSpace(warning.Text("reason")));
        Assert.StartsWith(budget, warning.Text("determinedBy"), StringComparison.Ordinal);
        Assert.Equal("0.999999999999", warning.GetProperty("reservations")[0].Text("remaining"));
        Assert.Equal("10 0 9.000000000001 0 0 0.999999999999", (await node.LimitAsync(budget)).Figures());
        Assert.Equal("reconciled", (await node.ReconcileAsync(warning.Text("id")!, "0.5")).Text("state"));
    }

    [Fact]
    public async Task WarnAt_SameIdAgain_IsTheSameWarning()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "10", "warnAt": 10 }""");
        const string id = "\"id\": \"0199a5f0-7c3b-7d21-9d3e-3b1f6a7c9001\"";
        var first = await node.ReserveAsync(budget, "5", id);

        var again = await node.ReserveAsync(budget, "5", id);

        Assert.Equal("WARNING", first.Text("result"));
        Assert.Equal(first.Text("reason"), again.Text("reason"));
        Assert.Equal("5", (await node.LimitAsync(budget)).Text("reserved"));
    }

    [Fact]
    public async Task Observe_WhatWouldNotFit_IsAdmittedAsAWarningWithTheCode()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "10", "mode": "observe" }""");
        Assert.Equal("observe", (await node.ViewAsync(budget)).Text("mode"));

        var over = await node.ReserveAsync(budget, "11");
        var exhausted = await node.ReserveAsync(budget, "1");

        Assert.Equal("WARNING", over.Text("result"));
        Assert.Equal("BUDGET_RESERVATION_FAILED", over.Text("reasonCode"));
        Assert.Equal("11", over.GetProperty("reservations")[0].Text("amount"));
        Assert.Equal("WARNING", exhausted.Text("result"));
        Assert.Equal("BUDGET_EXCEEDED", exhausted.Text("reasonCode"));
        Assert.Equal("10 0 12 0 0 -2", (await node.LimitAsync(budget)).Figures());
    }

    [Fact]
    public async Task Observe_MissingAttribute_IsAdmittedAndCountedInNoValue()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "mode": "observe", "perValue": { "customerId": { "limit": "10" } } }""");

        var decision = await node.ReserveAsync(budget, "1");

        Assert.Equal("WARNING", decision.Text("result"));
        Assert.Equal("x_attribute_missing", decision.Text("reasonCode"));
        Assert.Empty((await node.ViewAsync(budget)).Children());
    }

    [Fact]
    public async Task Observe_MadeToEnforce_RefusesFromThenOn()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "10", "mode": "observe" }""");
        await node.ReserveAsync(budget, "11");

        await node.DoAsync("PUT", budget, "", """{ "unit": "USD", "limit": "10" }""");

        var refused = await node.ReserveAsync(budget, "1");
        Assert.Equal("BLOCKED", refused.Text("result"));
        Assert.Equal("BUDGET_EXCEEDED", refused.Text("reasonCode"));
    }

    [Fact]
    public async Task Budgets_SeveralInOneDecision_TheFirstWarningByNameIsTold()
    {
        var first = await node.BudgetAsync("""{ "unit": "USD", "limit": "10", "warnAt": 10 }""");
        var second = await node.BudgetAsync("""{ "unit": "tokens", "limit": "5", "mode": "observe" }""");
        var third = await node.BudgetAsync("""{ "unit": "compute_seconds", "limit": "100" }""");
        await node.Node.RegisterAsync("acme", first,
            $$"""{ "budgets": [ { "root": "{{third}}" }, { "root": "{{second}}" }, { "root": "{{first}}" } ] }""");

        var warning = await Ask("9", "100");
        Assert.Equal("WARNING", warning.Text("result"));
        Assert.Equal(
            string.CompareOrdinal(first, second) < 0 ? "x_budget_threshold" : "BUDGET_RESERVATION_FAILED", warning.Text("reasonCode"));
        Assert.Equal(3, warning.GetProperty("reservations").GetArrayLength());

        var refused = await Ask("1", "101");
        Assert.Equal("BLOCKED", refused.Text("result"));
        Assert.StartsWith(third, refused.Text("determinedBy"), StringComparison.Ordinal);
        Assert.Equal("10 0 9 0 0 1", (await node.LimitAsync(first)).Figures());
        Assert.Equal("5 0 7 0 0 -2", (await node.LimitAsync(second)).Figures());
        Assert.Equal("100 0 100 0 0 0", (await node.LimitAsync(third)).Figures());

        Task<JsonElement> Ask(string usd, string seconds) => node.Node.DoAsync("POST", $"{T}/workloads", Bodies.Workload(
            agent: $"\"{first}\"",
            estimate: $$"""[ { "amount": "{{usd}}", "unit": "USD" }, { "amount": "7", "unit": "tokens" }, { "amount": "{{seconds}}", "unit": "compute_seconds" } ]"""));
    }

    [Fact]
    public async Task Alerts_EachThreshold_IsEvidenceOncePerWindow()
    {
        await using var own = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await own.BudgetAsync(
            """{ "unit": "USD", "alerts": [ 50, 100, 120 ], "children": { "nlp": { "limit": "10", "period": "day" } } }""", "nlp");

        await own.SpendAsync(budget, "4.999999999999");
        Assert.Empty(await own.EntriesAsync(budget, "budget.alerted"));
        await own.SpendAsync(budget, "0.000000000001");
        await own.SpendAsync(budget, "1");
        await own.SpendAsync(budget, "6");
        Assert.Equal(
            [
                "nlp day 50 of 10 at 5 in 2026-11-23T00:00:00.000000Z",
                "nlp day 100 of 10 at 12 in 2026-11-23T00:00:00.000000Z",
                "nlp day 120 of 10 at 12 in 2026-11-23T00:00:00.000000Z",
            ],
            (await own.EntriesAsync(budget, "budget.alerted")).Select(Line));

        own.Clock.AdvanceTo(Instant("2026-11-24T00:00:00Z"));
        await own.SpendAsync(budget, "5");

        var next = (await own.EntriesAsync(budget, "budget.alerted")).Skip(3).Select(Line);
        Assert.Equal(["nlp day 50 of 10 at 5 in 2026-11-24T00:00:00.000000Z"], next);
    }

    [Fact]
    public async Task Alerts_HoldsDoNotCount_UnresolvedWorkDoes()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "10", "alerts": [ 50 ] }""");
        await node.HoldAsync(budget, "4");
        Assert.Empty(await node.EntriesAsync(budget, "budget.alerted"));

        await node.UnresolvedAsync(budget, "5");

        Assert.Equal(" none 50 of 10 at 5 in -", Line(Assert.Single(await node.EntriesAsync(budget, "budget.alerted"))));
    }

    [Fact]
    public async Task EstimateP95_AfterTwentyCalls_HoldsWhatTheyNeededAndSaysWhy()
    {
        var budget = await node.BudgetAsync("""{ "unit": "tokens", "estimate": "p95" }""");
        for (var i = 0; i < 20; i++)
        {
            var decision = await Ask();
            Assert.Equal("1000", decision.GetProperty("reservations")[0].Text("amount"));
            Assert.Equal(JsonValueKind.Null, decision.GetProperty("reservations")[0].GetProperty("estimated").ValueKind);
            await node.Node.DoAsync("POST", $"{T}/workloads/{decision.Text("id")}/reconcile", """{ "usage": { "inputTokens": 100, "outputTokens": 150 } }""");
        }

        var reservation = (await Ask()).GetProperty("reservations")[0];

        Assert.Equal("250", reservation.Text("amount"));
        var estimated = reservation.GetProperty("estimated");
        Assert.Equal("1000", estimated.Text("worstCase"));
        Assert.Equal("gpt-4o", estimated.Text("model"));
        Assert.Equal("0.25", estimated.Text("share"));
        Assert.Equal(20, estimated.GetProperty("samples").GetInt32());

        var stated = await node.ReserveAsync(budget, "1000", unit: "tokens");
        Assert.Equal("1000", stated.GetProperty("reservations")[0].Text("amount"));

        Task<JsonElement> Ask() => node.Node.DoAsync(
            "POST", $"{T}/workloads", Bodies.Workload(agent: $"\"{budget}\"", estimate: """{ "inputTokens": 100, "maxOutputTokens": 900 }"""));
    }

    private static string Line(JsonElement alert) =>
        $"{alert.Text("scope")} {alert.Text("period")} {alert.GetProperty("threshold").GetInt32()} of {alert.Text("allocated")} "
        + $"at {alert.Text("consumed")} in {alert.Text("windowStart") ?? "-"}";
}
