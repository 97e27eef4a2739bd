using static GenOps.ControlPlane.Silo.Tests.Http.BudgetNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class BudgetAccessTests(BudgetNode node) : IClassFixture<BudgetNode>
{
    [Theory]
    [InlineData("GET", "", null, "service approver operator auditor admin")]
    [InlineData("GET", "/definition", null, "service approver operator auditor admin")]
    [InlineData("PUT", "", """{ "unit": "USD" }""", "operator admin")]
    [InlineData("POST", "/adjust", """{ "id": "a", "amount": "1", "reason": "x" }""", "operator admin")]
    [InlineData("POST", "/write-off", """{ "window": { "from": "2026-11-22T00:00:00Z", "to": "2026-11-23T00:00:00Z" }, "reason": "x" }""", "operator admin")]
    [InlineData("POST", "/freeze", """{ "reason": "x" }""", "approver operator admin")]
    [InlineData("POST", "/unfreeze", """{ "reason": "x" }""", "approver operator admin")]
    [InlineData("DELETE", "", null, "operator admin")]
    public async Task Budget_EachRole_MayDoWhatItIsForAndNoMore(string method, string path, string? body, string allowed)
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD" }""");
        foreach (var role in new[] { "service", "approver", "operator", "auditor", "admin" })
        {
            var key = await node.Node.KeyAsync("acme", role);
            var before = await node.Node.CountEntriesAsync();

            var answer = await node.SendAsync(method, budget, path, body, key);

            var isAllowed = allowed.Split(' ').Contains(role);
            Assert.True(answer.Status == (isAllowed ? 200 : 403), $"{role} {method} {path}: {answer.Status} {answer.Text}");
            if (!isAllowed)
                Assert.Equal(before, await node.Node.CountEntriesAsync());
        }
    }

    [Fact]
    public async Task Acts_OfAPerson_BearItsName()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD" }""");
        var key = await node.Node.KeyAsync("acme", "operator");

        await node.DoAsync("POST", budget, "/adjust", """{ "id": "a", "amount": "1", "reason": "x" }""", key);
        await node.DoAsync("POST", budget, "/freeze", """{ "reason": "y" }""", key);
        await node.DoAsync("POST", budget, "/unfreeze", """{ "reason": "z" }""", key);

        foreach (var kind in new[] { "budget.adjusted", "budget.frozen", "budget.unfrozen" })
            Assert.Equal("user:tester", Assert.Single(await node.EntriesAsync(budget, kind)).Text("by"));
    }
}
