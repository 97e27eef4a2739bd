using System.Text.Json;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Tests.Http;

namespace GenOps.ControlPlane.Silo.Tests.Faults;

/// <summary>kill -9 at every step of an approval: the action runs once, and not without it.</summary>
[Collection(ProcessTests.Name)]
public sealed class ApprovalCrashTests
{
    private const string T = "/v1/tenants/acme";

    [Fact]
    public async Task Kill_AfterEveryStep_TheActionIsAllowedOnce()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var node = new NodeProcess();
        await node.StartReadyAsync(cancellationToken);
        var approver = await PrepareAsync(node, cancellationToken);
        var asked = (await AskAsync(node, null, cancellationToken)).Json;
        var approval = asked.Text("approval");
        Assert.Equal("x_approval_required", asked.Text("reasonCode"));

        await RestartAsync(node, cancellationToken);
        var again = (await AskAsync(node, null, cancellationToken)).Json;
        Assert.Equal(("x_approval_required", approval), (again.Text("reasonCode"), again.Text("approval")));
        Assert.Equal("10 0 2 0 0 8", await FiguresAsync(node, cancellationToken));
        var approved = await node.SendAsync("POST", $"{T}/approvals/{approval}/approve", """{ "reason": "fine" }""", approver, cancellationToken);
        Assert.Equal("approved", approved["state"]);

        await RestartAsync(node, cancellationToken);
        var used = (await AskAsync(node, approval, cancellationToken)).Json;
        Assert.Equal("ALLOWED", used.Text("result"));

        await RestartAsync(node, cancellationToken);
        var second = (await AskAsync(node, approval, cancellationToken)).Json;
        var repeated = (await AskAsync(node, approval, cancellationToken, used.Text("id"))).Json;
        Assert.Equal(("BLOCKED", "x_approval_used"), (second.Text("result"), second.Text("reasonCode")));
        Assert.Equal(("ALLOWED", used.Text("id")), (repeated.Text("result"), repeated.Text("id")));
        Assert.Equal("10 0 2 0 0 8", await FiguresAsync(node, cancellationToken));
        Assert.Equal(1, await AllowedAsync(node, cancellationToken));
    }

    [Fact]
    public async Task Kill_WhileManyUseTheApproval_AtMostOneIsAllowed_AndThatOneIsToldAgain()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var node = new NodeProcess();
        await node.StartReadyAsync(cancellationToken);
        var approver = await PrepareAsync(node, cancellationToken);
        var ids = Enumerable.Range(0, 24).Select(_ => WorkloadId.New(TimeProvider.System.GetUtcNow()).ToString()).ToArray();
        var approval = (await AskAsync(node, null, cancellationToken)).Json.Text("approval");
        await node.SendAsync("POST", $"{T}/approvals/{approval}/approve", null, approver, cancellationToken);

        var uses = ids.Select(id => UseAsync(node, approval, id, cancellationToken)).ToArray();
        await Task.WhenAny(uses);
        await node.KillAsync();
        var told = (await Task.WhenAll(uses)).Where(decision => decision is not null).Select(decision => decision!.Value).ToArray();
        await node.StartReadyAsync(cancellationToken);
        var after = new List<JsonElement>();
        foreach (var id in ids)
            after.Add((await AskAsync(node, approval, cancellationToken, id)).Json);

        var allowed = Assert.Single(after, decision => decision.Text("result") == "ALLOWED");
        Assert.All(told.Where(decision => decision.Text("result") == "ALLOWED"), decision => Assert.Equal(allowed.Text("id"), decision.Text("id")));
        Assert.All(after.Where(decision => decision.Text("result") != "ALLOWED"), decision => Assert.Equal("x_approval_used", decision.Text("reasonCode")));
        Assert.Equal(1, await AllowedAsync(node, cancellationToken));
        Assert.Equal("10 0 2 0 0 8", await FiguresAsync(node, cancellationToken));
        var view = await node.DoAsync("GET", $"{T}/approvals/{approval}", null, cancellationToken);
        Assert.Equal(("used", allowed.Text("id")), (view["state"], view["usedBy"]));
    }

    private static async Task<string> PrepareAsync(NodeProcess node, CancellationToken cancellationToken)
    {
        await node.DoAsync("PUT", T, "{}", cancellationToken);
        await node.DoAsync("PUT", $"{T}/budgets/usd", """{ "unit": "USD", "limit": "10" }""", cancellationToken);
        await node.DoAsync("PUT", $"{T}/agents/bot", """{ "budgets": [ { "root": "usd" } ] }""", cancellationToken);
        await node.DoAsync("PUT", $"{T}/delegations/d-1", """{ "from": "user:maria", "to": "agent:bot", "approvalWhen": "parameters.refundAmount > 200" }""", cancellationToken);
        return (await node.DoAsync("POST", $"{T}/keys", """{ "role": "approver", "principal": "user:tom" }""", cancellationToken))["key"]!;
    }

    private static async Task RestartAsync(NodeProcess node, CancellationToken cancellationToken)
    {
        await node.KillAsync();
        await node.StartReadyAsync(cancellationToken);
    }

    private static Task<Answer> AskAsync(NodeProcess node, string? approval, CancellationToken cancellationToken, string? id = null) =>
        node.DoAsync("POST", $"{T}/workloads", Body(approval, id), cancellationToken);

    /// <summary>The decision; null if the node died before it told.</summary>
    private static async Task<JsonElement?> UseAsync(NodeProcess node, string? approval, string id, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await node.SendAsync("POST", $"{T}/workloads", Body(approval, id), null, cancellationToken);
            return answer.Status == 200 ? answer.Json : null;
        }
        catch (HttpRequestException)
        {
            return null; // the connection ended with the node: that is what is tried here
        }
    }

    private static string Body(string? approval, string? id) =>
        $$"""
        { "agent": "bot", "operation": { "name": "refund", "type": "tool" }, "attribution": {{Bodies.Attribution}}, "tool": "refund", "ttlSeconds": 3600,
          "parameters": { "refundAmount": 250 }, "estimate": { "amount": "2", "unit": "USD" }{{
              (approval is null ? "" : $", \"approval\": \"{approval}\"")}}{{(id is null ? "" : $", \"id\": \"{id}\"")}} }
        """;

    private static async Task<string> FiguresAsync(NodeProcess node, CancellationToken cancellationToken) =>
        (await node.DoAsync("GET", $"{T}/budgets/usd", null, cancellationToken)).Json.GetProperty("limits")[0].Figures();

    private static async Task<int> AllowedAsync(NodeProcess node, CancellationToken cancellationToken) =>
        (await node.DoAsync("GET", $"{T}/evidence?budget=usd&limit=1000", null, cancellationToken)).Json.GetProperty("items").EnumerateArray()
            .Count(item => item.Text("kind") == "workload.reserved");
}
