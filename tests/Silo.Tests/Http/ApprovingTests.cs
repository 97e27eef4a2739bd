using System.Text.Json;
using GenOps.ControlPlane.Ids;
using static GenOps.ControlPlane.Silo.Tests.Http.BudgetNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

/// <summary>An action that a person has to approve, from the question to its use, as a service and an approver see it.</summary>
public sealed class ApprovingTests(BudgetNode node) : IClassFixture<BudgetNode>
{
    [Fact]
    public async Task Approve_ThenUse_TurnsTheHoldIntoTheWorkloads()
    {
        var agent = await AgentAsync();
        var asked = await AskAsync(agent);
        Assert.Equal(("BLOCKED", "x_approval_required"), (asked.Text("result"), asked.Text("reasonCode")));
        Assert.Equal($"delegation {agent}", asked.Text("determinedBy"));
        Assert.Equal(In(TimeSpan.FromHours(1))[..13], asked.Text("expiresAt")![..13]);
        Assert.Equal("2", await ReservedAsync(agent));

        var view = await DecideAsync(asked, "approve");
        Assert.Equal("approved", view.Text("state"));
        Assert.Equal(asked.Text("id"), view.GetProperty("asked").Text("workload"));
        var waiting = await AskAsync(agent);
        var used = await AskAsync(agent, approval: asked.Text("approval"));

        Assert.Equal(("x_approval_required", asked.Text("approval")), (waiting.Text("reasonCode"), waiting.Text("approval")));
        Assert.Contains("user:tom approved this action", waiting.Text("reason"), StringComparison.Ordinal);
        Assert.Equal(("ALLOWED", asked.Text("approval")), (used.Text("result"), used.Text("approval")));
        Assert.Equal("2", await ReservedAsync(agent));
        var after = await ViewAsync(asked);
        Assert.Equal(("used", used.Text("id")), (after.Text("state"), after.Text("usedBy")));
        await node.ReconcileAsync(used.Text("id")!, "1.5");
        Assert.Equal("10 1.5 0 0 0 8.5", (await node.LimitAsync(agent)).Figures());
        Assert.Single(await node.EntriesAsync(agent, "workload.reserved"));
    }

    [Fact]
    public async Task Use_Twice_IsRefusedAndTheActionIsAskedForAnew()
    {
        var agent = await AgentAsync();
        var asked = await AskAsync(agent);
        await DecideAsync(asked, "approve");
        var first = await AskAsync(agent, approval: asked.Text("approval"));

        var second = await AskAsync(agent, approval: asked.Text("approval"));
        var repeated = await AskAsync(agent, approval: asked.Text("approval"), id: first.Text("id"));
        var anew = await AskAsync(agent);

        Assert.Equal("ALLOWED", first.Text("result"));
        Assert.Equal(("BLOCKED", "x_approval_used"), (second.Text("result"), second.Text("reasonCode")));
        Assert.Equal(("ALLOWED", first.Text("id")), (repeated.Text("result"), repeated.Text("id")));
        Assert.Equal("x_approval_required", anew.Text("reasonCode"));
        Assert.NotEqual(asked.Text("approval"), anew.Text("approval"));
        Assert.Single(await node.EntriesAsync(agent, "workload.reserved"));
        Assert.Equal("4", await ReservedAsync(agent));
    }

    [Fact]
    public async Task Use_ByManyAtOnce_IsAllowedOnce()
    {
        var agent = await AgentAsync();
        var asked = await AskAsync(agent);
        await DecideAsync(asked, "approve");

        var decisions = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(agent, approval: asked.Text("approval"))));

        Assert.Single(decisions, decision => decision.Text("result") == "ALLOWED");
        Assert.Equal(19, decisions.Count(decision => decision.Text("reasonCode") == "x_approval_used"));
        Assert.Single(await node.EntriesAsync(agent, "workload.reserved"));
    }

    [Theory]
    [InlineData("251", "2")]
    [InlineData("250", "2.01")]
    public async Task Use_WithOneParameterChanged_IsRefusedAndTheApprovalIsStillGood(string refund, string amount)
    {
        var agent = await AgentAsync();
        var asked = await AskAsync(agent);
        await DecideAsync(asked, "approve");

        var changed = await AskAsync(agent, refund, amount, asked.Text("approval"));
        var used = await AskAsync(agent, approval: asked.Text("approval"));

        Assert.Equal(("BLOCKED", "x_approval_invalid"), (changed.Text("result"), changed.Text("reasonCode")));
        Assert.Equal("ALLOWED", used.Text("result"));
    }

    [Fact]
    public async Task Use_OfAnotherAgentsOrOfNone_IsInvalid()
    {
        var agent = await AgentAsync();
        var other = await AgentAsync();
        var asked = await AskAsync(agent);
        await DecideAsync(asked, "approve");

        var foreign = await AskAsync(other, approval: asked.Text("approval"));
        var none = await AskAsync(agent, approval: ApprovalId.New(node.Clock.GetUtcNow()).ToString());
        var malformed = await node.Node.SendAsync("POST", $"{T}/workloads", Body(agent, approval: "p-1"));

        Assert.Equal("x_approval_invalid", foreign.Text("reasonCode"));
        Assert.Equal("x_approval_invalid", none.Text("reasonCode"));
        Assert.Equal((400, "approval"), (malformed.Status, malformed["field"]));
    }

    [Fact]
    public async Task Use_BeforeAnybodyApproved_Waits()
    {
        var agent = await AgentAsync();
        var asked = await AskAsync(agent);

        var early = await AskAsync(agent, approval: asked.Text("approval"));

        Assert.Equal(("BLOCKED", "x_approval_required", asked.Text("approval")), (early.Text("result"), early.Text("reasonCode"), early.Text("approval")));
        Assert.Empty(await node.EntriesAsync(agent, "workload.reserved"));
    }

    [Fact]
    public async Task Deny_ActionStaysRefusedUntilTheEnd_AndTheMoneyIsBack()
    {
        await using var own = await AtAsync("2026-11-23T12:00:00Z");
        var agent = await AgentAsync(own: own);
        var asked = await AskAsync(agent, own: own);
        var view = await DecideAsync(asked, "deny", own: own);
        Assert.Equal("denied", view.Text("state"));
        Assert.Equal("0", await ReservedAsync(agent, own));

        var again = await AskAsync(agent, own: own);
        var named = await AskAsync(agent, approval: asked.Text("approval"), own: own);
        var another = await AskAsync(agent, "300", own: own);
        own.Clock.Advance(TimeSpan.FromHours(1));
        var later = await AskAsync(agent, own: own);

        Assert.Equal(("BLOCKED", "x_approval_denied"), (again.Text("result"), again.Text("reasonCode")));
        Assert.Contains("user:tom denied exactly this action", again.Text("reason"), StringComparison.Ordinal);
        Assert.Equal("x_approval_denied", named.Text("reasonCode"));
        Assert.Equal("x_approval_required", another.Text("reasonCode"));
        Assert.Equal("x_approval_required", later.Text("reasonCode"));
        Assert.NotEqual(asked.Text("approval"), later.Text("approval"));
        Assert.Empty(await own.EntriesAsync(agent, "workload.reserved"));
    }

    [Fact]
    public async Task Approve_ThenRevoke_IsNotAllowed()
    {
        var agent = await AgentAsync();
        var asked = await AskAsync(agent);
        await DecideAsync(asked, "approve");
        await node.Node.DoAsync("POST", $"{T}/delegations/{agent}/revoke", """{ "reason": "left the company" }""");

        var used = await AskAsync(agent, approval: asked.Text("approval"));

        Assert.Equal(("BLOCKED", "x_authority_revoked"), (used.Text("result"), used.Text("reasonCode")));
        Assert.Equal("approved", (await ViewAsync(asked)).Text("state"));
        Assert.Empty(await node.EntriesAsync(agent, "workload.reserved"));
    }

    [Fact]
    public async Task Approve_Twice_IsOneApprovalAndOneUse()
    {
        var agent = await AgentAsync();
        var asked = await AskAsync(agent);
        var first = await DecideAsync(asked, "approve");
        var second = await DecideAsync(asked, "approve");

        var decisions = new[] { await AskAsync(agent, approval: asked.Text("approval")), await AskAsync(agent, approval: asked.Text("approval")) };

        Assert.Equal(first.GetRawText(), second.GetRawText());
        Assert.Equal(["ALLOWED", "BLOCKED"], decisions.Select(decision => decision.Text("result")));
    }

    [Fact]
    public async Task Approve_WhatOneAskedForOneself_IsForbidden()
    {
        var agent = await AgentAsync();
        var asked = await AskAsync(agent, key: await KeyAsync("service", "user:ann"));
        var ann = await KeyAsync("approver", "user:ann");

        var own = await node.Node.SendAsync("POST", $"{T}/approvals/{asked.Text("approval")}/approve", null, ann);

        Assert.Equal(403, own.Status);
        Assert.StartsWith("user:ann asked for it", own["detail"], StringComparison.Ordinal);
        Assert.Equal("x_approval_required", (await AskAsync(agent, approval: asked.Text("approval"))).Text("reasonCode"));
    }

    [Fact]
    public async Task Use_ByThePersonWhoApproved_IsInvalid()
    {
        var agent = await AgentAsync();
        var asked = await AskAsync(agent, key: await KeyAsync("service", "user:ann"));
        await DecideAsync(asked, "approve");

        var own = await AskAsync(agent, approval: asked.Text("approval"), key: await KeyAsync("service", "user:tom"));
        var anns = await AskAsync(agent, approval: asked.Text("approval"), key: await KeyAsync("service", "user:ann"));

        Assert.Equal("x_approval_invalid", own.Text("reasonCode"));
        Assert.Contains("user:tom, whose key asks", own.Text("reason"), StringComparison.Ordinal);
        Assert.Equal("ALLOWED", anns.Text("result"));
    }

    [Fact]
    public async Task Approve_WithAnAgentsKey_IsForbidden()
    {
        var agent = await AgentAsync();
        var asked = await AskAsync(agent);
        var key = await node.Node.KeyAsync("acme", "service", agent);

        var answer = await node.Node.SendAsync("POST", $"{T}/approvals/{asked.Text("approval")}/approve", null, key);
        var made = await node.Node.SendAsync("POST", $"{T}/keys", $$"""{ "role": "approver", "principal": "agent:{{agent}}" }""");

        Assert.Equal(403, answer.Status);
        Assert.Equal((400, "principal"), (made.Status, made["field"]));
        Assert.Equal("pending", (await ViewAsync(asked)).Text("state"));
    }

    [Fact]
    public async Task Use_AtItsEnd_IsExpired_AndWhatWasHeldIsBack()
    {
        await using var own = await AtAsync("2026-11-23T12:00:00Z");
        var agent = await AgentAsync(own: own);
        var asked = await AskAsync(agent, own: own);
        await DecideAsync(asked, "approve", own: own);
        own.Clock.AdvanceTo(Instant(asked.Text("expiresAt")!));

        var late = await AskAsync(agent, approval: asked.Text("approval"), own: own);

        Assert.Equal(("BLOCKED", "x_approval_expired"), (late.Text("result"), late.Text("reasonCode")));
        Assert.Equal("0", await ReservedAsync(agent, own));
        Assert.Empty(await own.EntriesAsync(agent, "workload.reserved"));
        Assert.Empty(await own.EntriesAsync(agent, "workload.unresolved"));
        Assert.Equal("expired", Assert.Single(await own.EntriesAsync(agent, "approval.released")).Text("cause"));
        Assert.NotEqual(asked.Text("approval"), (await AskAsync(agent, own: own)).Text("approval"));
    }

    [Fact]
    public async Task Ask_AThousandTimes_IsOneApprovalAndOneHold()
    {
        var agent = await AgentAsync();
        var approvals = new HashSet<string?>();
        for (var round = 0; round < 50; round++)
        {
            foreach (var decision in await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(agent))))
            {
                Assert.Equal("x_approval_required", decision.Text("reasonCode"));
                approvals.Add(decision.Text("approval"));
            }
        }

        Assert.NotNull(Assert.Single(approvals));
        Assert.Single(await node.EntriesAsync(agent, "approval.held"));
        Assert.Equal("2", await ReservedAsync(agent));
        Assert.Single((await node.Node.DoAsync("GET", $"{T}/approvals?agent={agent}")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Ask_BelowTheCondition_NeedsNobody()
    {
        var agent = await AgentAsync();

        var decision = await AskAsync(agent, refund: "200");

        Assert.Equal(("ALLOWED", null), (decision.Text("result"), decision.Text("approval")));
    }

    [Fact]
    public async Task Approve_ByTheGroupOfTheDelegationAlone()
    {
        var agent = await AgentAsync(group: "managers");
        var asked = await AskAsync(agent);

        var outside = await node.Node.SendAsync("POST", $"{T}/approvals/{asked.Text("approval")}/approve", null, await KeyAsync("approver", "user:tom"));
        await node.Node.DoAsync("POST", $"{T}/approvals/{asked.Text("approval")}/approve", null, await KeyAsync("approver", "user:eve", "managers"));

        Assert.Equal((403, "user:tom is not in the group managers, one of whose people has to decide"), (outside.Status, outside["detail"]));
        Assert.Equal("ALLOWED", (await AskAsync(agent, approval: asked.Text("approval"))).Text("result"));
    }

    [Fact]
    public async Task Approval_AcrossARestart_IsUsedOnce()
    {
        await using var own = await AtAsync("2026-11-23T12:00:00Z");
        var agent = await AgentAsync(own: own);
        var asked = await AskAsync(agent, own: own);
        await RestartAsync(own);
        Assert.Equal(asked.Text("approval"), (await AskAsync(agent, own: own)).Text("approval"));
        await DecideAsync(asked, "approve", own: own);
        await RestartAsync(own);
        var used = await AskAsync(agent, approval: asked.Text("approval"), own: own);
        await RestartAsync(own);
        var second = await AskAsync(agent, approval: asked.Text("approval"), own: own);

        Assert.Equal(["ALLOWED", "BLOCKED"], new[] { used, second }.Select(decision => decision.Text("result")));
        Assert.Equal("x_approval_used", second.Text("reasonCode"));
        Assert.Equal("2", await ReservedAsync(agent, own));
    }

    private static async Task RestartAsync(BudgetNode own)
    {
        await own.Node.StopAsync();
        await own.Node.StartAsync();
    }

    /// <summary>An agent with a budget of 10 and a delegation, both of its name: refunds of more than 200 need a person.</summary>
    private async Task<string> AgentAsync(string? group = null, BudgetNode? own = null)
    {
        var agent = await (own ?? node).BudgetAsync("""{ "unit": "USD", "limit": "10" }""");
        var groups = group is null ? "" : $", \"approverGroup\": \"{group}\"";
        await (own ?? node).Node.DoAsync("PUT", $"{T}/delegations/{agent}",
            $$"""{ "from": "user:maria", "to": "agent:{{agent}}", "approvalWhen": "parameters.refundAmount > 200"{{groups}} }""");
        return agent;
    }

    private async Task<JsonElement> AskAsync(
        string agent, string refund = "250", string amount = "2", string? approval = null, string? id = null, string? key = null, BudgetNode? own = null) =>
        await (own ?? node).Node.DoAsync("POST", $"{T}/workloads", Body(agent, refund, amount, approval, id), key);

    private static string Body(string agent, string refund = "250", string amount = "2", string? approval = null, string? id = null) =>
        $$"""
        { "agent": "{{agent}}", "operation": { "name": "refund", "type": "tool" }, "attribution": {{Bodies.Attribution}}, "tool": "refund",
          "parameters": { "refundAmount": {{refund}} }, "estimate": { "amount": "{{amount}}", "unit": "USD" }{{
              (approval is null ? "" : $", \"approval\": \"{approval}\"")}}{{(id is null ? "" : $", \"id\": \"{id}\"")}} }
        """;

    private async Task<JsonElement> DecideAsync(JsonElement asked, string act, BudgetNode? own = null) =>
        await (own ?? node).Node.DoAsync("POST", $"{T}/approvals/{asked.Text("approval")}/{act}", """{ "reason": "seen" }""", await KeyAsync("approver", "user:tom", own: own));

    private async Task<JsonElement> ViewAsync(JsonElement asked) => await node.Node.DoAsync("GET", $"{T}/approvals/{asked.Text("approval")}");

    private async Task<string?> ReservedAsync(string budget, BudgetNode? own = null) => (await (own ?? node).LimitAsync(budget)).Text("reserved");

    private async Task<string> KeyAsync(string role, string principal, string? group = null, BudgetNode? own = null) =>
        (await (own ?? node).Node.DoAsync("POST", $"{T}/keys",
            $$"""{ "role": "{{role}}", "principal": "{{principal}}"{{(group is null ? "" : $", \"groups\": [ \"{group}\" ]")}} }""")).Text("key")!;

    private string In(TimeSpan more) => node.In(more);
}
