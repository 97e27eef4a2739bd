using System.Text.Json;
using GenOps.ControlPlane.Budgets;
using Microsoft.Extensions.DependencyInjection;
using static GenOps.ControlPlane.Silo.Tests.Http.BudgetNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class BudgetWriteOffTests(BudgetNode node) : IClassFixture<BudgetNode>
{
    private const string Definition = """{ "unit": "USD", "limit": "100", "children": { "nlp": { "limit": "50" }, "ocr": {} } }""";

    [Fact]
    public async Task WriteOff_ById_GivesBackThoseAlone()
    {
        var budget = await node.BudgetAsync(Definition, "nlp");
        var first = await node.UnresolvedAsync(budget, "2.5");
        var second = await node.UnresolvedAsync(budget, "0.25");
        await node.UnresolvedAsync(budget, "4");
        Assert.Equal("50 0 0 6.75 0 43.25", (await node.LimitAsync(budget, "nlp")).Figures());

        var result = await node.DoAsync("POST", budget, "/write-off", $$"""{ "workloads": [ "{{first}}", "{{second}}" ], "reason": "worker lost" }""");

        Assert.Equal(2, result.GetProperty("count").GetInt32());
        Assert.Equal("2.75", result.Text("amount"));
        Assert.Equal("USD", result.Text("unit"));
        Assert.Equal([first, second], Ids(result));
        Assert.Equal("50 0 0 4 0 46", (await node.LimitAsync(budget, "nlp")).Figures());
        Assert.Equal("100 0 0 4 0 96", (await node.LimitAsync(budget)).Figures());
        Assert.Equal("released", (await node.Node.DoAsync("GET", $"{T}/workloads/{first}")).Text("state"));
    }

    [Fact]
    public async Task WriteOff_Again_CountsNothing()
    {
        var budget = await node.BudgetAsync(Definition, "nlp");
        var id = await node.UnresolvedAsync(budget, "2.5");
        var body = $$"""{ "workloads": [ "{{id}}" ], "reason": "worker lost" }""";
        await node.DoAsync("POST", budget, "/write-off", body);

        var again = await node.DoAsync("POST", budget, "/write-off", body);

        Assert.Equal(0, again.GetProperty("count").GetInt32());
        Assert.Equal("0", again.Text("amount"));
        Assert.Empty(Ids(again));
    }

    [Fact]
    public async Task WriteOff_LateFigureAfterIt_IsRecordedInFullWithoutAViolation()
    {
        var budget = await node.BudgetAsync(Definition, "nlp");
        var id = await node.UnresolvedAsync(budget, "2.5");
        await node.DoAsync("POST", budget, "/write-off", $$"""{ "workloads": [ "{{id}}" ], "reason": "worker lost" }""");

        var late = await node.ReconcileAsync(id, "1.5");

        Assert.Equal("reconciled", late.Text("state"));
        Assert.Equal("1.5", late.GetProperty("budgets")[0].Text("actual"));
        Assert.Null(late.GetProperty("budgets")[0].Text("violation"));
        Assert.Equal("50 1.5 0 0 1.5 48.5", (await node.LimitAsync(budget, "nlp")).Figures());
    }

    [Fact]
    public async Task WriteOff_ByWindow_TakesWhatWasReservedInItBelowTheScope()
    {
        await using var own = await BudgetNode.AtAsync("2026-11-23T12:00:00Z");
        var budget = await own.BudgetAsync(Definition, "nlp");
        await own.BindAsync($"{budget}-ocr", budget, "ocr");
        await own.UnresolvedAsync(budget, "1");
        own.Clock.AdvanceTo(Instant("2026-11-24T00:00:00Z"));
        var inside = await own.UnresolvedAsync(budget, "2");
        var other = await own.UnresolvedAsync($"{budget}-ocr", "4");
        own.Clock.AdvanceTo(Instant("2026-11-25T00:00:00Z"));
        await own.UnresolvedAsync(budget, "8");
        await own.HoldAsync(budget, "16");

        const string window = """ "window": { "from": "2026-11-24T00:00:00Z", "to": "2026-11-25T00:00:00Z" } """;
        var below = await own.DoAsync("POST", budget, "/write-off", $$"""{ {{window}}, "scope": "nlp", "reason": "outage of the 24th" }""");
        Assert.Equal([inside], Ids(below));
        Assert.Equal("2", below.Text("amount"));

        var rest = await own.DoAsync("POST", budget, "/write-off", $$"""{ {{window}}, "reason": "outage of the 24th" }""");
        Assert.Equal([other], Ids(rest));
        Assert.Equal("4", rest.Text("amount"));
        Assert.Equal("100 0 16 9 0 75", (await own.LimitAsync(budget)).Figures());
    }

    [Fact]
    public async Task WriteOff_ByWindow_ReachesWhatMemoryForgotAndTellsAThousand()
    {
        const int count = 1_050;
        await using var own = await AtAsync("2026-11-23T12:00:00Z", services => services.Configure<BudgetTreeOptions>(tree => tree.UnresolvedInMemoryMax = 20));
        var budget = await own.BudgetAsync(Definition, "nlp");
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (_, _) => await own.UnresolvedAsync(budget, "0.03"));
        Assert.Equal("50 0 0 31.5 0 18.5", (await own.LimitAsync(budget, "nlp")).Figures());

        const string body = """{ "window": { "from": "2026-11-23T00:00:00Z", "to": "2026-11-24T00:00:00Z" }, "reason": "outage" }""";
        var result = await own.DoAsync("POST", budget, "/write-off", body);

        Assert.Equal(count, result.GetProperty("count").GetInt32());
        Assert.Equal("31.5", result.Text("amount"));
        Assert.Equal(1_000, Ids(result).Distinct().Count());
        Assert.Equal("50 0 0 0 0 50", (await own.LimitAsync(budget, "nlp")).Figures());
        Assert.Equal(0, (await own.DoAsync("POST", budget, "/write-off", body)).GetProperty("count").GetInt32());
        Assert.True((await own.Node.DoAsync("GET", $"{T}/evidence/verify")).GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task WriteOff_OfOpenOrFinalWork_IsAConflictAndWritesNothing()
    {
        var budget = await node.BudgetAsync(Definition, "nlp");
        var unresolved = await node.UnresolvedAsync(budget, "1");
        var open = await node.HoldAsync(budget, "2");
        var final = await node.HoldAsync(budget, "4");
        await node.ReconcileAsync(final, "4");

        foreach (var id in new[] { open, final })
        {
            var answer = await node.SendAsync("POST", budget, "/write-off", $$"""{ "workloads": [ "{{unresolved}}", "{{id}}" ], "reason": "x" }""");
            Assert.Equal(409, answer.Status);
            Assert.Equal("not_unresolved", answer["code"]);
        }

        Assert.Equal("50 4 2 1 0 43", (await node.LimitAsync(budget, "nlp")).Figures());
    }

    [Fact]
    public async Task WriteOff_OfWhatIsNotThere_Is404()
    {
        const string body = """{ "workloads": [ "0199a5f0-7c3b-7d21-9d3e-000000000000" ], "reason": "x" }""";
        var budget = await node.BudgetAsync(Definition, "nlp");

        Assert.Equal("workload_not_found", (await node.SendAsync("POST", budget, "/write-off", body))["code"]);
        Assert.Equal("budget_not_found", (await node.SendAsync("POST", "nothing", "/write-off", body))["code"]);
    }

    [Theory]
    [InlineData("""{ "workloads": [] }""", "reason")]
    [InlineData("""{ "reason": "", "workloads": [ "0199a5f0-7c3b-7d21-9d3e-000000000000" ] }""", "reason")]
    [InlineData("""{ "reason": "x" }""", "workloads")]
    [InlineData("""{ "reason": "x", "workloads": [] }""", "workloads")]
    [InlineData("""{ "reason": "x", "workloads": [ "0199a5f0-7c3b-7d21-9d3e-000000000000" ], "window": { "from": "2026-11-24T00:00:00Z", "to": "2026-11-25T00:00:00Z" } }""", "workloads")]
    [InlineData("""{ "reason": "x", "workloads": [ "0199a5f0-7c3b-7d21-9d3e-000000000000" ], "scope": "nlp" }""", "scope")]
    [InlineData("""{ "reason": "x", "workloads": [ "7" ] }""", "workloads[0]")]
    [InlineData("""{ "reason": "x", "window": { "from": "2026-11-24T00:00:00Z" } }""", "window.to")]
    [InlineData("""{ "reason": "x", "window": { "from": "2026-11-25T00:00:00Z", "to": "2026-11-24T00:00:00Z" } }""", "window.to")]
    [InlineData("""{ "reason": "x", "window": "today" }""", "window")]
    [InlineData("""{ "reason": "x", "window": { "from": "2026-11-24T00:00:00Z", "to": "2026-11-25T00:00:00Z" }, "scope": "//" }""", "scope")]
    public async Task WriteOff_BadField_IsNamed(string body, string field)
    {
        var budget = await node.BudgetAsync(Definition, "nlp");

        var answer = await node.SendAsync("POST", budget, "/write-off", body);

        Assert.True(answer.Status == 400, $"{answer.Status} {answer.Text}");
        Assert.Equal(field, answer["field"]);
    }

    private static string[] Ids(JsonElement result) => [.. result.GetProperty("workloads").EnumerateArray().Select(id => id.GetString()!)];
}
