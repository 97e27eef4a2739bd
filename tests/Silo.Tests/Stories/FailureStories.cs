using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Tests.Http;
using static GenOps.ControlPlane.Silo.Tests.Http.BudgetNode;

namespace GenOps.ControlPlane.Silo.Tests.Stories;

/// <summary>
/// The eight ways in which gateways and proxies are known to lose money, each told from beginning to end, and what
/// becomes of the money here.
/// </summary>
[Collection(ProcessTests.Name)]
public sealed class FailureStories
{
    private static readonly TimeSpan StoryMax = TimeSpan.FromSeconds(20);

    /// <summary>How late an end may come that nobody asked for.</summary>
    private static readonly TimeSpan LateMax = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Elsewhere: each caller reads the counter, finds room, and spends; a hundred at once all find the same room. Here:
    /// check and hold are one turn of one actor and one entry, so that a limit of 100 is worth exactly 100, and no moment
    /// of the ledger has more.
    /// </summary>
    [Fact]
    public async Task ConcurrentCheckThenSpend_ManyCallersOfManyAgents_SpendTheLimitExactly()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "100.00", "children": { "a": {}, "b": {}, "c": {}, "d": { "limit": "20" } } }""");
        string[] scopes = ["a", "b", "c", "d"];
        foreach (var scope in scopes)
            await node.BindAsync($"{budget}-{scope}", budget, scope);

        var decisions = await Task.WhenAll(Enumerable.Range(0, 320).Select(index => node.ReserveAsync($"{budget}-{scopes[index % 4]}", "0.50")));

        var view = await node.ViewAsync(budget);
        Assert.Equal(200, decisions.Count(decision => decision.Text("result") == "ALLOWED"));
        Assert.All(decisions.Where(decision => decision.Text("result") != "ALLOWED"), refused => Assert.Equal("BUDGET_EXCEEDED", refused.Text("reasonCode")));
        Assert.Equal("100 0 100 0 0 0", view.Limit("none").Figures());
        Assert.InRange(Number((await node.LimitAsync(budget, "d")).Text("reserved")), 0, 20);
        var admitted = 0m;
        foreach (var entry in await node.EntriesAsync(budget, "workload.reserved"))
            Assert.InRange(admitted += Number(entry.Text("amount")), 0, 100);
        Assert.Equal(100, admitted);
    }

    /// <summary>
    /// Elsewhere: spend waits in memory to be flushed, and a crash between the provider's answer and that flush makes the
    /// call free. Here: the hold was durable before the call was allowed. After kill -9 it still counts, becomes unresolved
    /// by itself, keeps others from spending its money, and the late figure settles it in full.
    /// </summary>
    [Fact]
    public async Task CrashBeforeReconciliation_HoldStaysCounted_AndTheLateFigureSettlesInFull()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var node = new NodeProcess();
        await node.StartReadyAsync(cancellationToken);
        await PrepareAsync(node, "keep", cancellationToken);
        var id = await HoldAsync(node, "keep", "6", ttlSeconds: 1, cancellationToken);

        await node.KillAsync();
        await node.StartReadyAsync(cancellationToken);
        var readyAt = TimeProvider.System.GetUtcNow();
        var (kind, endedAt, expiresAt) = await EndAsync(node, id, cancellationToken);

        Assert.Equal("workload.unresolved", kind);
        Assert.InRange(endedAt, expiresAt, (readyAt > expiresAt ? readyAt : expiresAt) + LateMax);
        Assert.Equal("10 0 0 6 0 4", await FiguresAsync(node, "keep", cancellationToken));
        var refused = await node.DoAsync("POST", $"{T}/workloads", Workload("keep", "5"), cancellationToken);
        Assert.Equal("BUDGET_RESERVATION_FAILED", refused["reasonCode"]);

        var settled = await node.DoAsync("POST", $"{T}/workloads/{id}/reconcile", """{ "actual": [ { "amount": "7.5", "unit": "USD" } ] }""", cancellationToken);

        Assert.Equal("reconciled", settled["state"]);
        Assert.Equal("10 7.5 0 0 1.5 2.5", await FiguresAsync(node, "keep", cancellationToken));
    }

    /// <summary>
    /// Elsewhere: a stream that ends without a usage block has no tokens, and costs nothing. Here: no usage reported is not
    /// zero. The hold stays counted and flagged until the figures arrive.
    /// </summary>
    [Fact]
    public async Task StreamWithoutUsage_IsUnresolvedAndCounted_UntilItsFiguresArrive()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "0.01" }""");
        var decision = await node.Node.DoAsync("POST", $"{T}/workloads", Bodies.Workload(agent: $"\"{budget}\"", estimate: """{ "inputTokens": 1000, "maxOutputTokens": 500 }"""));
        var id = decision.Text("id")!;

        var ended = await node.Node.DoAsync("POST", $"{T}/workloads/{id}/reconcile", """{ "outcome": "succeeded", "responseModel": "gpt-4o" }""");

        Assert.Equal("unresolved", ended.Text("state"));
        Assert.Equal("0.01 0 0 0.0075 0 0.0025", (await node.LimitAsync(budget)).Figures());
        Assert.Equal("BUDGET_RESERVATION_FAILED", (await node.ReserveAsync(budget, "0.003")).Text("reasonCode"));

        var settled = await node.Node.DoAsync("POST", $"{T}/workloads/{id}/reconcile", """{ "usage": { "inputTokens": 1000, "outputTokens": 100 } }""");

        Assert.Equal("reconciled", settled.Text("state"));
        Assert.Equal("0.01 0.0035 0 0 0 0.0065", (await node.LimitAsync(budget)).Figures());
    }

    /// <summary>
    /// Elsewhere: a model that the price list does not know costs nothing, and a mistyped name lifts every limit. Here: it is
    /// refused, and the nearest names are told. Where the answer comes from a model that nobody can price, the reserved
    /// one's price stands in, and the settlement says so.
    /// </summary>
    [Fact]
    public async Task UnknownPrice_IsRefusedWithTheNearestNames_AndAtTheEndPricedAsReserved()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "10" }""");
        var asked = Bodies.Workload(agent: $"\"{budget}\"", estimate: """{ "inputTokens": 1000, "maxOutputTokens": 500 }""");

        var refused = await node.Node.DoAsync("POST", $"{T}/workloads", asked.Replace("gpt-4o", "gpt-4oo", StringComparison.Ordinal));
        Assert.Equal("BLOCKED", refused.Text("result"));
        Assert.Equal("x_price_unknown", refused.Text("reasonCode"));
        Assert.Contains("gpt-4o", refused.Text("reason")!.Replace("gpt-4oo", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("10 0 0 0 0 10", (await node.LimitAsync(budget)).Figures());

        var id = (await node.Node.DoAsync("POST", $"{T}/workloads", asked)).Text("id")!;
        var settled = await node.Node.DoAsync(
            "POST", $"{T}/workloads/{id}/reconcile", """{ "usage": { "inputTokens": 1000, "outputTokens": 100 }, "responseModel": "gpt-4o-secret-preview" }""");

        Assert.True(settled.GetProperty("budgets")[0].GetProperty("priceFallback").GetBoolean());
        Assert.Equal("10 0.0035 0 0 0 9.9965", (await node.LimitAsync(budget)).Figures());
    }

    /// <summary>
    /// Elsewhere: a frozen or exhausted budget refuses the record of money that is spent already, and the books never
    /// agree with the invoice. Here: a freeze stops reservations, and never the truth.
    /// </summary>
    [Fact]
    public async Task FrozenBudget_ReceivesALateCost_RecordsItInFull()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "10" }""");
        var id = await node.HoldAsync(budget, "4");
        await node.DoAsync("POST", budget, "/freeze", """{ "reason": "incident" }""");

        var refused = await node.ReserveAsync(budget, "1");
        var settled = await node.ReconcileAsync(id, "11.25");
        await node.SpendAsync(budget, "0.75");

        Assert.Equal("x_budget_frozen", refused.Text("reasonCode"));
        Assert.Equal("reconciled", settled.Text("state"));
        var view = await node.ViewAsync(budget);
        Assert.Equal("frozen", view.Text("state"));
        Assert.Equal("10 12 0 0 8 -2", view.Limit("none").Figures());
        await node.DoAsync("POST", budget, "/unfreeze", """{ "reason": "over" }""");
        Assert.Equal("BUDGET_EXCEEDED", (await node.ReserveAsync(budget, "0.01")).Text("reasonCode"));
    }

    /// <summary>
    /// Elsewhere: days end at midnight of the server, and a call that runs across the end is charged to the new day, or to
    /// none. Here: India's day ends at 18:30 UTC to the tick, the call belongs to the day of its reservation, and the new
    /// day is whole.
    /// </summary>
    [Fact]
    public async Task WindowReset_InAZoneWithAnOffset_ChargesTheOldDayAndLeavesTheNewOneWhole()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T18:29:00Z");
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "10", "period": "day", "timeZone": "Asia/Kolkata" }""");
        var running = await node.HoldAsync(budget, "6");
        Assert.Equal("BUDGET_RESERVATION_FAILED", (await node.ReserveAsync(budget, "6")).Text("reasonCode"));

        node.Clock.AdvanceTo(Instant("2026-11-23T18:30:00Z"));
        await node.HoldAsync(budget, "10");
        await node.ReconcileAsync(running, "7");

        var day = await node.LimitAsync(budget);
        Assert.Equal("2026-11-23T18:30:00.000000Z", day.Text("windowStart"));
        Assert.Equal("2026-11-24T18:30:00.000000Z", day.Text("windowEnd"));
        Assert.Equal("10 0 10 0 0 0", day.Figures());
        var days = (await node.DoAsync("GET", budget, "/history?period=day")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal("2026-11-22T18:30:00.000000Z", days[^2].Text("windowStart"));
        Assert.Equal("7", days[^2].Text("spent"));
        Assert.Equal("1", days[^2].Text("overrun"));
        Assert.Equal("0", days[^1].Text("spent"));
    }

    /// <summary>
    /// Elsewhere: a request that timed out and is sent again is counted twice, or by another replica with another answer.
    /// Here: the workload's id is the key. However often it comes, at once or after a restart, it is held once and answered
    /// alike.
    /// </summary>
    [Fact]
    public async Task RetryAfterTimeout_SameId_IsHeldOnceAndAnsweredAlikeByWhomeverItReaches()
    {
        await using var node = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "10" }""");
        var id = WorkloadId.New(node.Clock.GetUtcNow());

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => node.ReserveAsync(budget, "4", $"\"id\": \"{id}\"")));
        await node.Node.StopAsync();
        await node.Node.StartAsync();
        var late = await node.ReserveAsync(budget, "4", $"\"id\": \"{id}\"");
        await node.ReconcileAsync(id.ToString(), "3");
        var again = await node.ReconcileAsync(id.ToString(), "3");

        Assert.Equal("ALLOWED", late.Text("result"));
        Assert.All(answers, answer => Assert.Equal(late.GetRawText(), answer.GetRawText()));
        Assert.Equal("reconciled", again.Text("state"));
        Assert.Single(await node.EntriesAsync(budget, "workload.reserved"));
        Assert.Single(await node.EntriesAsync(budget, "workload.reconciled"));
        Assert.Equal("10 3 0 0 0 7", (await node.LimitAsync(budget)).Figures());
    }

    /// <summary>
    /// Elsewhere: a client that dies keeps its reservations until somebody looks, or for ever. Here: they end within
    /// seconds with nobody asking, as the budget says: kept as unresolved, or given back.
    /// </summary>
    [Fact]
    public async Task ClientDiesHoldingReservations_TheyEndWithinSecondsWithNobodyAsking()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var node = new NodeProcess();
        await node.StartReadyAsync(cancellationToken);
        await PrepareAsync(node, "keep", cancellationToken);
        await PrepareAsync(node, "release", cancellationToken);
        var kept = await HoldAsync(node, "keep", "6", ttlSeconds: 1, cancellationToken);
        var released = await HoldAsync(node, "release", "6", ttlSeconds: 1, cancellationToken);

        foreach (var (id, kind) in new[] { (kept, "workload.unresolved"), (released, "workload.released") })
        {
            var ended = await EndAsync(node, id, cancellationToken);
            Assert.Equal(kind, ended.Kind);
            Assert.InRange(ended.EndedAt, ended.ExpiresAt, ended.ExpiresAt + LateMax);
        }

        Assert.Equal("10 0 0 6 0 4", await FiguresAsync(node, "keep", cancellationToken));
        Assert.Equal("10 0 0 0 0 10", await FiguresAsync(node, "release", cancellationToken));
        await node.DoAsync("POST", $"{T}/workloads/{released}/reconcile", """{ "actual": [ { "amount": "2", "unit": "USD" } ] }""", cancellationToken);
        Assert.Equal("10 2 0 0 2 8", await FiguresAsync(node, "release", cancellationToken));
    }

    private static decimal Number(string? text) => decimal.Parse(text!, CultureInfo.InvariantCulture);

    /// <summary>A budget of 10 USD that ends expired holds in this way, and an agent of the same name.</summary>
    private static async Task PrepareAsync(NodeProcess node, string onExpiry, CancellationToken cancellationToken)
    {
        await node.DoAsync("PUT", T, "{}", cancellationToken);
        await node.DoAsync("PUT", $"{T}/budgets/{onExpiry}", $$"""{ "unit": "USD", "limit": "10", "onExpiry": "{{onExpiry}}" }""", cancellationToken);
        await node.RegisterAsync("acme", onExpiry, $$"""{ "budgets": [ { "root": "{{onExpiry}}" } ] }""", cancellationToken);
    }

    private static string Workload(string agent, string amount, string more = "") =>
        Bodies.Workload(more, $"\"{agent}\"", estimate: $$"""{ "amount": "{{amount}}", "unit": "USD" }""");

    private static async Task<string> HoldAsync(NodeProcess node, string agent, string amount, int ttlSeconds, CancellationToken cancellationToken)
    {
        var decision = await node.DoAsync("POST", $"{T}/workloads", Workload(agent, amount, $"\"ttlSeconds\": {ttlSeconds}"), cancellationToken);
        Assert.Equal("ALLOWED", decision["result"]);
        return decision["id"]!;
    }

    private static async Task<string> FiguresAsync(NodeProcess node, string budget, CancellationToken cancellationToken) =>
        (await node.DoAsync("GET", $"{T}/budgets/{budget}", null, cancellationToken)).Json.Limit("none").Figures();

    /// <summary>How and when a hold ended. Asked of the ledger only, so that nobody wakes the budget up.</summary>
    private static async Task<(string Kind, DateTimeOffset EndedAt, DateTimeOffset ExpiresAt)> EndAsync(NodeProcess node, string id, CancellationToken cancellationToken)
    {
        JsonElement record = default;
        await Until.TrueAsync(
            async () =>
            {
                record = (await node.DoAsync("GET", $"{T}/workloads/{id}", null, cancellationToken)).Json;
                return record.Text("state") != "open";
            },
            StoryMax, () => $"{id} is still open; the node wrote:{Environment.NewLine}{node.Output}", cancellationToken);
        var last = record.GetProperty("entries").EnumerateArray().Last();
        return (last.Text("kind")!, Instant(last.Text("at")!), Instant(record.GetProperty("decision").Text("expiresAt")!));
    }
}
