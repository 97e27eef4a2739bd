using static GenOps.ControlPlane.Silo.Tests.Http.DelegationNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class DelegationListTests(DelegationNode node) : IClassFixture<DelegationNode>
{
    [Fact]
    public async Task List_WithEachFilter_GivesWhatMatchesByName()
    {
        var (planner, worker, root, below) = await node.FamilyAsync();
        var second = await node.GrantAsync("user:otto", worker);
        await node.DoAsync("POST", second, "/revoke");

        var granted = await node.ListAsync($"to=agent:{worker}");
        Assert.Equal(Sorted(below, second), granted);
        Assert.Equal([below], await node.ListAsync($"from=agent:{planner}"));
        Assert.Equal([second], await node.ListAsync($"to=agent:{worker}&from=user:otto"));
        Assert.Equal([below], await node.ListAsync($"parent={root}"));
        Assert.Equal([], await node.ListAsync("to=agent:nobody"));
        var items = (await node.Node.DoAsync("GET", $"{T}/delegations?from=user:otto&to=agent:{worker}")).GetProperty("items");
        Assert.Equal(("revoked", $"agent:{worker}"), (items[0].Text("state"), items[0].Text("to")));
    }

    [Fact]
    public async Task List_PageByPage_GivesEachOnceAndThenNoNext()
    {
        var agent = await node.AgentAsync();
        List<string> made = [];
        for (var i = 0; i < 5; i++)
            made.Add(await node.GrantAsync("user:maria", agent));

        List<string> seen = [];
        List<int> sizes = [];
        for (var after = ""; after is not null;)
        {
            var page = await node.Node.DoAsync("GET", $"{T}/delegations?to=agent:{agent}&limit=2{(after.Length == 0 ? "" : "&after=" + after)}");
            var names = page.GetProperty("items").EnumerateArray().Select(item => item.Text("id")!).ToArray();
            seen.AddRange(names);
            sizes.Add(names.Length);
            after = page.Text("next");
        }

        Assert.Equal(Sorted([.. made]), seen);
        Assert.Equal([2, 2, 1], sizes);
    }

    [Theory]
    [InlineData("to=user:maria", "to: is an agent")]
    [InlineData("to=bot", "to: a principal is")]
    [InlineData("from=maria", "from: a principal is")]
    [InlineData("limit=0", "limit: must be from 1 to 1000")]
    [InlineData("after=Not+a+name", "after: ")]
    [InlineData("parent=!", "parent: ")]
    [InlineData("form=user:maria", "form: is not a known query parameter")]
    public async Task List_NotValid_Is400(string query, string detail)
    {
        var answer = await node.Node.SendAsync("GET", $"{T}/delegations?{query}");

        Assert.Equal(400, answer.Status);
        Assert.StartsWith(detail, answer["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Budgets_Listed_LeaveOutDelegationsTreesUnlessAskedFor()
    {
        var agent = await node.AgentAsync();
        foreach (var budget in new[] { "0early", "9early", "zlate" })
            await node.Node.DoAsync("PUT", $"{T}/budgets/{budget}", """{ "unit": "USD" }""");
        var roots = new[]
        {
            await node.GrantAsync("user:maria", agent, more: """ "limits": { "spend": { "amount": "10", "unit": "USD", "period": "day" } } """),
            await node.GrantAsync("user:otto", agent, more: """ "limits": { "spend": { "amount": "10", "unit": "USD", "period": "day" } } """),
        };
        Assert.Equal("ALLOWED", (await node.AskAsync(agent)).Text("result"));
        var tree = $"@{roots.Order(StringComparer.Ordinal).First()}";

        var all = await NamesAsync("delegations=true");
        var operators = await NamesAsync("");

        Assert.Contains(tree, all);
        Assert.Equal(all.Where(name => !name.StartsWith('@')), operators);
        Assert.Equal(["0early", "9early"], operators.Take(2));
        List<string> paged = [];
        for (var after = ""; after is not null;)
        {
            var page = await node.Node.DoAsync("GET", $"{T}/budgets?limit=1{(after.Length == 0 ? "" : "&after=" + after)}");
            paged.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.Text("root")!));
            after = page.Text("next");
        }

        Assert.Equal(operators, paged);
        var view = await node.Node.DoAsync("GET", $"{T}/budgets/{Uri.EscapeDataString(tree)}");
        Assert.Equal((tree, "USD"), (view.Text("root"), view.Text("unit")));
    }

    private async Task<List<string>> NamesAsync(string query) =>
        [.. (await node.Node.DoAsync("GET", $"{T}/budgets?limit=1000&{query}".TrimEnd('&'))).GetProperty("items").EnumerateArray().Select(item => item.Text("root")!)];

    private static string[] Sorted(params string[] names) => [.. names.Order(StringComparer.Ordinal)];
}
