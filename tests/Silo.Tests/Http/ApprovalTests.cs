using System.Text.Json;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.DependencyInjection;
using static GenOps.ControlPlane.Silo.Tests.Http.BudgetNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

/// <summary>What people see of approvals, and how they decide.</summary>
public sealed class ApprovalTests(BudgetNode node) : IClassFixture<BudgetNode>
{
    private static readonly TenantId Acme = TenantId.Parse("acme");

    [Fact]
    public async Task Get_Pending_ShowsTheExactAction()
    {
        var approval = await AskAsync("reader", approverGroup: "managers");

        var view = await node.Node.DoAsync("GET", $"{T}/approvals/{approval}");

        Assert.Equal(approval.ToString(), view.Text("id"));
        Assert.Equal("pending", view.Text("state"));
        var asked = view.GetProperty("asked");
        Assert.Equal("reader", asked.GetProperty("request").Text("agent"));
        Assert.Equal(250, asked.GetProperty("request").GetProperty("parameters").GetProperty("refundAmount").GetInt32());
        Assert.Equal("parameters.refundAmount > 200", asked.Text("condition"));
        Assert.Equal("managers", Assert.Single(asked.GetProperty("approverGroups").EnumerateArray()).GetString());
        Assert.Equal("user:asker", asked.Text("requestedBy"));
        Assert.Equal("d-1", asked.Text("delegation"));
        Assert.Equal("2", Assert.Single(asked.GetProperty("held").EnumerateArray()).Text("amount"));
        Assert.Null(view.Text("decidedBy"));
    }

    [Fact]
    public async Task Approve_ByAPersonOfTheGroup_IsRecordedWithItsReason()
    {
        var approval = await AskAsync("group-bot", approverGroup: "managers");
        var manager = await PersonAsync("maria", "clerks", "managers");

        var view = await node.Node.DoAsync("POST", $"{T}/approvals/{approval}/approve", """{ "reason": "the customer is right" }""", manager);
        var again = await node.Node.DoAsync("POST", $"{T}/approvals/{approval}/approve", """{ "reason": "once more" }""", manager);

        Assert.Equal("approved", view.Text("state"));
        Assert.Equal("user:maria", view.Text("decidedBy"));
        Assert.Equal("the customer is right", view.Text("reason"));
        Assert.Equal(view.GetRawText(), again.GetRawText());
        Assert.Equal(["approval.requested", "approval.approved"], await KindsAsync(approval));
    }

    [Fact]
    public async Task Approve_WhoMayNot_Is403AndWritesNothing()
    {
        var approval = await AskAsync("guarded", approverGroup: "managers");

        foreach (var (key, words) in new[]
        {
            (await PersonAsync("asker", "managers"), "user:asker asked for it, and nobody decides about what they asked for: another person has to"),
            (await PersonAsync("tom", "clerks"), "user:tom is not in the group managers, one of whose people has to decide"),
            (await node.Node.KeyAsync("acme", "service", "guarded"), "the role service does not permit ApprovalDecide"),
            (await node.Node.KeyAsync("acme", "operator"), "the role operator does not permit ApprovalDecide"),
        })
        {
            foreach (var act in (string[])["approve", "deny"])
            {
                var answer = await node.Node.SendAsync("POST", $"{T}/approvals/{approval}/{act}", null, key);
                Assert.Equal(403, answer.Status);
                Assert.Equal(words, answer["detail"]);
            }
        }

        Assert.Equal(["approval.requested"], await KindsAsync(approval));
    }

    [Fact]
    public async Task Approve_ByAnAgent_IsForbiddenWhicheverDoorItFound()
    {
        var approval = await AskAsync("robot");

        var refusal = await Assert.ThrowsAsync<Errors.AccessDeniedException>(
            () => Grain(approval).ApproveAsync("let me", new Approver(Principal.Parse("agent:robot"), ["managers"])));

        Assert.Equal((403, "agent:robot is an agent: only a person decides"), (refusal.Status, refusal.Message));
    }

    [Fact]
    public async Task Decide_WhatIsDecided_Is409()
    {
        var approval = await AskAsync("decided");
        var maria = await PersonAsync("maria");
        await node.Node.DoAsync("POST", $"{T}/approvals/{approval}/approve", null, maria);

        var otherwise = await node.Node.SendAsync("POST", $"{T}/approvals/{approval}/deny", null, maria);
        var another = await node.Node.SendAsync("POST", $"{T}/approvals/{approval}/approve", null, await PersonAsync("tom"));

        Assert.Equal((409, "approval_decided"), (otherwise.Status, otherwise["code"]));
        Assert.Equal((409, "approval_decided"), (another.Status, another["code"]));
        Assert.Equal("no reason given", (await node.Node.DoAsync("GET", $"{T}/approvals/{approval}")).Text("reason"));
    }

    [Fact]
    public async Task Deny_GivesBackWhatIsHeld_AndAgainIsFine()
    {
        var budget = await node.BudgetAsync("""{ "unit": "USD", "limit": "10" }""");
        var approval = await AskAsync(budget, budget: budget);
        await HoldAsync(budget, approval);
        Assert.Equal("2", (await node.LimitAsync(budget)).Text("reserved"));
        var maria = await PersonAsync("maria");

        var denied = await node.Node.DoAsync("POST", $"{T}/approvals/{approval}/deny", """{ "reason": "too much" }""", maria);
        await node.Node.DoAsync("POST", $"{T}/approvals/{approval}/deny", null, maria);

        Assert.Equal("denied", denied.Text("state"));
        Assert.Equal("0", (await node.LimitAsync(budget)).Text("reserved"));
        var released = Assert.Single(await node.EntriesAsync(budget, "workload.released"));
        Assert.Equal("denied", released.Text("cause"));
        Assert.Equal("too much", released.Text("reason"));
        Assert.Equal(["approval.requested", "approval.denied"], await KindsAsync(approval));
    }

    [Fact]
    public async Task Approval_AtItsEnd_IsExpiredAndTakesNoDecision()
    {
        await using var own = await AtAsync("2026-11-23T12:00:00Z");
        var (pending, approved) = (await AskAsync("late", own: own), await AskAsync("late", own: own));
        await own.Node.DoAsync("POST", $"{T}/approvals/{approved}/approve", null);
        own.Clock.Advance(TimeSpan.FromHours(1));

        var answer = await own.Node.SendAsync("POST", $"{T}/approvals/{pending}/approve");

        Assert.Equal((409, "approval_expired"), (answer.Status, answer["code"]));
        Assert.Equal("expired", (await own.Node.DoAsync("GET", $"{T}/approvals/{approved}")).Text("state"));
        Assert.Equal("user:admin", (await own.Node.DoAsync("GET", $"{T}/approvals/{approved}")).Text("decidedBy"));
        Assert.Equal([pending.ToString(), approved.ToString()], await ListAsync(own, "?status=expired"));
    }

    [Fact]
    public async Task List_ByStatusAndAgent_IsInTheOrderOfAsking()
    {
        await using var own = await AtAsync("2026-11-23T12:00:00Z");
        var approvals = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            approvals.Add((await AskAsync(i % 2 == 0 ? "even" : "odd", own: own)).ToString());
            own.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        await own.Node.DoAsync("POST", $"{T}/approvals/{approvals[2]}/approve");
        await own.Node.DoAsync("POST", $"{T}/approvals/{approvals[3]}/deny");
        await Grain(ApprovalId.Parse(approvals[2]), own).MarkUsedAsync(WorkloadId.New(own.Clock.GetUtcNow()));

        Assert.Equal(approvals, await ListAsync(own, ""));
        Assert.Equal([approvals[0], approvals[1], approvals[4], approvals[5], approvals[6]], await ListAsync(own, "?status=pending"));
        Assert.Equal([approvals[2]], await ListAsync(own, "?status=used"));
        Assert.Equal([approvals[3]], await ListAsync(own, "?status=denied"));
        Assert.Equal([approvals[0], approvals[4], approvals[6]], await ListAsync(own, "?status=pending&agent=even"));

        var page = await own.Node.DoAsync("GET", $"{T}/approvals?status=pending&limit=2");
        var paged = Ids(page);
        while (page.Text("next") is { } next)
        {
            page = await own.Node.DoAsync("GET", $"{T}/approvals?status=pending&limit=2&cursor={next}");
            Assert.InRange(Ids(page).Length, 0, 2);
            paged = [.. paged, .. Ids(page)];
        }

        Assert.Equal([approvals[0], approvals[1], approvals[4], approvals[5], approvals[6]], paged);
    }

    [Fact]
    public async Task List_OfPending_DoesNotReadWhatIsTooOldToWait()
    {
        await using var own = await AtAsync("2026-11-23T12:00:00Z");
        var old = await AskAsync("bot", own: own, lifetime: TimeSpan.FromDays(30));
        own.Clock.Advance(TimeSpan.FromDays(8));
        var young = await AskAsync("bot", own: own);

        Assert.Equal([young.ToString()], await ListAsync(own, "?status=pending"));
        Assert.Equal([old.ToString(), young.ToString()], await ListAsync(own, ""));
    }

    [Fact]
    public async Task Read_WithAKeyBoundToAnAgent_ShowsThatAgentsAlone()
    {
        var (own, other) = (await AskAsync("bound"), await AskAsync("unbound"));
        await node.Node.DoAsync("PUT", $"{T}/agents/bound", "{}");
        var key = await node.Node.KeyAsync("acme", "service", "bound");

        Assert.Equal(own.ToString(), (await node.Node.DoAsync("GET", $"{T}/approvals/{own}", key: key)).Text("id"));
        Assert.Equal([own.ToString()], Ids(await node.Node.DoAsync("GET", $"{T}/approvals?limit=1000", key: key)));
        foreach (var path in (string[])[$"/{other}", "?agent=unbound"])
        {
            var answer = await node.Node.SendAsync("GET", $"{T}/approvals{path}", key: key);
            Assert.Equal((403, "this credential is bound to the agent bound"), (answer.Status, answer["detail"]));
        }
    }

    [Fact]
    public async Task Approval_NotThere_Is404()
    {
        var nobodys = ApprovalId.New(node.Clock.GetUtcNow());
        foreach (var (method, act) in new[] { ("GET", ""), ("POST", "/approve"), ("POST", "/deny") })
        {
            var answer = await node.Node.SendAsync(method, $"{T}/approvals/{nobodys}{act}");
            Assert.Equal((404, "approval_not_found"), (answer.Status, answer["code"]));
        }
    }

    [Theory]
    [InlineData("GET", "/approvals/x", null, "approval")]
    [InlineData("GET", "/approvals/0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90", null, "approval")]
    [InlineData("POST", "/approvals/p-0199a5f0-7c3b-4d21-9d3e-3b1f6a7c8d90/approve", null, "approval")]
    [InlineData("GET", "/approvals?status=open", null, "status")]
    [InlineData("GET", "/approvals?agent=Bot", null, "agent")]
    [InlineData("GET", "/approvals?limit=0", null, "limit")]
    [InlineData("GET", "/approvals?cursor=x", null, "cursor")]
    [InlineData("GET", "/approvals?cursor=MTpvdGhlcg", null, "cursor")]
    [InlineData("GET", "/approvals?after=x", null, "after")]
    [InlineData("POST", "/approvals/p-0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90/approve", """{ "reason": "" }""", "reason")]
    [InlineData("POST", "/approvals/p-0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90/deny", """{ "why": "x" }""", "why")]
    public async Task Approval_BadField_IsNamed(string method, string path, string? body, string field)
    {
        var answer = await node.Node.SendAsync(method, T + path, body);

        Assert.Equal((400, field), (answer.Status, answer["field"]));
    }

    [Fact]
    public async Task Approval_AcrossARestart_StandsAsItStood()
    {
        await using var own = await AtAsync("2026-11-23T12:00:00Z");
        var approval = await AskAsync("bot", own: own);
        await own.Node.StopAsync();
        await own.Node.StartAsync();
        await own.Node.DoAsync("POST", $"{T}/approvals/{approval}/approve");
        await own.Node.StopAsync();
        await own.Node.StartAsync();

        Assert.Equal("approved", (await own.Node.DoAsync("GET", $"{T}/approvals/{approval}")).Text("state"));
    }

    private static async Task<string[]> ListAsync(BudgetNode own, string query) =>
        Ids(await own.Node.DoAsync("GET", $"{T}/approvals{query}"));

    private static string[] Ids(JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(item => item.Text("id")!)];

    private async Task<ApprovalId> AskAsync(
        string agent, string? approverGroup = null, string budget = "usd", BudgetNode? own = null, TimeSpan? lifetime = null)
    {
        var now = (own ?? node).Clock.GetUtcNow();
        var approval = ApprovalId.New(now);
        var request = Request(agent);
        await Grain(approval, own).RequestAsync(new ApprovalRequest(
            WorkloadId.New(now), request, ContentHash.Of(request), DelegationId.Parse("d-1"), "parameters.refundAmount > 200", approverGroup is null ? [] : [approverGroup],
            Principal.Parse("user:asker"), now, now + (lifetime ?? TimeSpan.FromHours(1)),
            [new Reservation(BudgetRoot.Parse(budget), ScopePath.Root, Quantity.Parse("2"), Unit.Usd, null)]));
        return approval;
    }

    private static WorkloadRequest Request(string agent) => JsonSerializer.Deserialize<WorkloadRequest>(
        $$"""
        { "agent": "{{agent}}", "operation": { "name": "refund", "type": "tool" }, "attribution": {{Bodies.Attribution}}, "tool": "refund",
          "parameters": { "refundAmount": 250 }, "estimate": { "amount": "2", "unit": "USD" } }
        """,
        Json.GenOpsJson.Canonical)!;

    private IApprovalGrain Grain(ApprovalId approval, BudgetNode? own = null) => (own ?? node).Node.App.Services
        .GetRequiredService<IGrainFactory>().GetGrain<IApprovalGrain>(IApprovalGrain.Key(Acme, approval));

    private async Task HoldAsync(string budget, ApprovalId approval)
    {
        var request = Request(budget);
        var reply = await node.Node.App.Services.GetRequiredService<IGrainFactory>()
            .GetGrain<IBudgetGrain>(IBudgetGrain.Key(Acme, BudgetRoot.Parse(budget)))
            .ReserveAsync(new ReserveCommand(
                approval.Hold, request, ContentHash.Of(request), ScopePath.Root, new Charge(Quantity.Parse("2")), default, null, []));
        Assert.Equal(DecisionResult.Allowed, reply.Decision.Result);
    }

    private async Task<string> PersonAsync(string name, params string[] groups) =>
        (await node.Node.DoAsync("POST", $"{T}/keys",
            $$"""{ "role": "approver", "principal": "user:{{name}}", "groups": {{JsonSerializer.Serialize(groups)}} }"""))
        .Text("key")!;

    private async Task<string[]> KindsAsync(ApprovalId approval)
    {
        var workload = (await node.Node.DoAsync("GET", $"{T}/approvals/{approval}")).GetProperty("asked").Text("workload");
        var page = await node.Node.DoAsync("GET", $"{T}/evidence?workload={workload}");
        return [.. page.GetProperty("items").EnumerateArray().Select(item => item.Text("kind")!)];
    }
}
