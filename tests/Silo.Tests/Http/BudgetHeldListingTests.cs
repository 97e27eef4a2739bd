using GenOps.ControlPlane.Budgets;
using Microsoft.Extensions.DependencyInjection;
using static GenOps.ControlPlane.Silo.Tests.Http.BudgetNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class BudgetHeldListingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_UnresolvedBeyondWhatMemoryKeeps_IsCompleteInPages(bool ofTheBudget)
    {
        const int count = 60;
        await using var node = await BudgetNode.AtAsync(
            "2026-11-23T12:00:00Z", services => services.Configure<BudgetTreeOptions>(tree => tree.UnresolvedInMemoryMax = 20));
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "1000" }""");
        var expected = new List<string>();
        for (var i = 0; i < count; i++)
            expected.Add(await node.UnresolvedAsync(budget, "1"));
        await node.HoldAsync(budget, "1");
        await node.ReconcileAsync(expected[0], "1");
        await node.ReconcileAsync(expected[1], "2");
        await node.DoAsync("POST", budget, "/write-off", $$"""{ "workloads": [ "{{expected[2]}}" ], "reason": "lost" }""");
        expected.RemoveRange(0, 3);

        var found = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await node.Node.DoAsync(
                "GET", $"{T}/workloads?state=unresolved&limit=7{(ofTheBudget ? $"&budget={budget}" : "")}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(item =>
            {
                Assert.Equal("unresolved", item.Text("state"));
                return item.Text("id")!;
            }));
            cursor = page.Text("next");
            if (cursor is null)
                break;
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), found);
        Assert.Equal($"1000 3 1 {count - 3} 1 {1000 - 3 - 1 - (count - 3)}", (await node.LimitAsync(budget)).Figures());
    }
}
