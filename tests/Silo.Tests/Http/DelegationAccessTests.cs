using static GenOps.ControlPlane.Silo.Tests.Http.DelegationNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class DelegationAccessTests(DelegationNode node) : IClassFixture<DelegationNode>
{
    [Theory]
    [InlineData("GET", "", null, "service approver operator auditor admin")]
    [InlineData("GET", "/chain", null, "service approver operator auditor admin")]
    [InlineData("PUT", "", "MINE", "approver operator admin")]
    [InlineData("PUT", "", "MARIAS", "admin")]
    [InlineData("POST", "/revoke?dryRun=true", null, "approver operator admin")]
    [InlineData("POST", "/revoke", null, "approver operator admin")]
    public async Task Delegation_EachRole_MayDoWhatItIsForAndNoMore(string method, string path, string? definition, string allowed)
    {
        var agent = await node.AgentAsync();
        var from = definition == "MINE" ? "user:tester" : "user:maria";
        foreach (var role in new[] { "service", "approver", "operator", "auditor", "admin" })
        {
            var id = await node.GrantAsync(from, agent);
            var key = await node.Node.KeyAsync("acme", role);
            var body = definition is null ? null : Definition(from, agent, more: """ "capabilities": { "operations": ["inference"] } """);
            var before = await node.Node.CountEntriesAsync();

            var answer = await node.SendAsync(method, id, path, body, key);

            var isAllowed = allowed.Split(' ').Contains(role);
            Assert.True(answer.Status == (isAllowed ? 200 : 403), $"{role} {method} {path}: {answer.Status} {answer.Text}");
            if (!isAllowed)
                Assert.Equal(before, await node.Node.CountEntriesAsync());
        }
    }

    [Fact]
    public async Task KeyBoundToAnAgent_MakesAndRevokesWhatThatAgentPassesOn()
    {
        var (planner, worker, root, below) = await node.FamilyAsync();
        var key = await node.Node.KeyAsync("acme", "service", planner);
        var id = node.NewName();

        var made = await node.DoAsync("PUT", id, body: Definition($"agent:{planner}", worker, root), key: key);
        Assert.Equal($"agent:{planner}", made.Text("madeBy"));
        await node.DoAsync("POST", id, "/revoke?dryRun=true", key: key);
        await node.DoAsync("POST", id, "/revoke", key: key);

        Assert.Equal(($"agent:{planner}", "revoked"), ((await node.DoAsync("GET", id, key: key)).Text("revokedBy"), (await node.DoAsync("GET", id)).Text("state")));
        await ForbiddenAsync("PUT", node.NewName(), Definition("user:maria", worker), key);
        await ForbiddenAsync("PUT", node.NewName(), Definition($"agent:{worker}", planner, below), key);
        await ForbiddenAsync("POST", root + "/revoke", null, key);
        await ForbiddenAsync("POST", root + "/revoke?dryRun=true", null, key);
    }

    [Fact]
    public async Task KeyBoundToAnAgent_SeesWhatThatAgentWasGrantedOrPassedOn()
    {
        var (planner, worker, root, below) = await node.FamilyAsync();
        var (_, stranger, _, theirs) = await node.FamilyAsync();
        var key = await node.Node.KeyAsync("acme", "service", planner);

        var seen = await node.ListAsync("", key);
        Assert.Equal(new[] { root, below }.Order(StringComparer.Ordinal), seen);
        Assert.Equal([below], await node.ListAsync($"from=agent:{planner}&to=agent:{worker}", key));
        Assert.Equal([root], await node.ListAsync("from=user:maria", key));
        Assert.Equal([], await node.ListAsync($"from=agent:{stranger}", key));
        await node.DoAsync("GET", below, "/chain", key: key);
        await ForbiddenAsync("GET", theirs, null, key);
        await ForbiddenAsync("GET", theirs + "/chain", null, key);
        var list = await node.Node.SendAsync("GET", $"{T}/delegations?to=agent:{stranger}", key: key);
        Assert.Equal((403, $"this credential is bound to the agent {planner}"), (list.Status, list["detail"]));
    }

    [Fact]
    public async Task ServiceKeyOfAPerson_IsNotThatPerson()
    {
        var agent = await node.AgentAsync();
        var id = await node.GrantAsync("user:tester", agent);
        var key = await node.Node.KeyAsync("acme", "service");

        await ForbiddenAsync("PUT", node.NewName(), Definition("user:tester", agent), key);
        await ForbiddenAsync("PUT", node.NewName(), Definition($"agent:{agent}", await node.AgentAsync(), id), key);
        await ForbiddenAsync("POST", id + "/revoke", null, key);
    }

    [Theory]
    [InlineData("POST", "/suspend?dryRun=true", "service approver auditor")]
    [InlineData("POST", "/agents/AGENT/suspend?dryRun=true", "service auditor")]
    [InlineData("DELETE", "/agents/AGENT?dryRun=true", "service approver auditor")]
    [InlineData("DELETE", "/keys/000000000000?dryRun=true", "service approver operator auditor")]
    public async Task DryRun_OfWhatARoleMayNotDo_Is403(string method, string path, string refused)
    {
        var agent = await node.AgentAsync();
        foreach (var role in refused.Split(' '))
        {
            var answer = await node.Node.SendAsync(method, T + path.Replace("AGENT", agent, StringComparison.Ordinal), key: await node.Node.KeyAsync("acme", role));
            Assert.True(answer.Status == 403, $"{role} {method} {path}: {answer.Status}");
        }
    }

    private async Task ForbiddenAsync(string method, string path, string? body, string key)
    {
        var before = await node.Node.CountEntriesAsync();
        var answer = await node.SendAsync(method, path, body: body, key: key);
        Assert.True((answer.Status, answer["code"]) == (403, "forbidden"), $"{method} {path}: {answer.Status} {answer.Text}");
        Assert.Equal(before, await node.Node.CountEntriesAsync());
    }
}
