using System.Text.Json;
using static GenOps.ControlPlane.Silo.Tests.Http.DelegationNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class DelegationCutOffTests(DelegationNode node) : IClassFixture<DelegationNode>
{
    [Fact]
    public async Task DryRun_OfARevocation_SaysWhatWouldGoAndChangesNothing()
    {
        var (planner, worker, root, below) = await node.FamilyAsync();
        await node.AskAsync(worker, "2");
        await node.AskAsync(worker, "3");
        await node.AskAsync(planner, "10");
        var before = await node.Node.CountEntriesAsync();

        var ofRoot = await node.DoAsync("POST", root, "/revoke?dryRun=true");
        var ofBelow = await node.DoAsync("POST", below, "/revoke?dryRun=true", """{ "reason": "just looking" }""");

        AssertCutOff(ofRoot, 1, [planner, worker], 3, "15");
        AssertCutOff(ofBelow, 0, [worker], 2, "5");
        Assert.Equal(before, await node.Node.CountEntriesAsync());
        Assert.Equal("ALLOWED", (await node.AskAsync(worker)).Text("result"));

        await node.DoAsync("POST", root, "/revoke");
        AssertCutOff(await node.DoAsync("POST", root, "/revoke?dryRun=true"), 0, [], 0, null);
    }

    [Fact]
    public async Task DryRun_OfAnAgent_SaysWhatWouldGoAndChangesNothing()
    {
        var (planner, worker, _, _) = await node.FamilyAsync();
        await node.AskAsync(worker, "2");
        await node.AskAsync(planner, "4");
        var before = await node.Node.CountEntriesAsync();

        AssertCutOff(await node.Node.DoAsync("POST", $"{T}/agents/{planner}/suspend?dryRun=true"), 2, [planner, worker], 2, "6");
        AssertCutOff(await node.Node.DoAsync("DELETE", $"{T}/agents/{planner}?dryRun=true"), 2, [planner, worker], 2, "6");
        AssertCutOff(await node.Node.DoAsync("POST", $"{T}/agents/{worker}/suspend?dryRun=true"), 1, [worker], 1, "2");

        Assert.Equal(before, await node.Node.CountEntriesAsync());
        Assert.Equal("active", (await node.Node.DoAsync("GET", $"{T}/agents/{planner}")).Text("state"));
        var unknown = await node.Node.SendAsync("DELETE", $"{T}/agents/nobody?dryRun=true");
        Assert.Equal((404, "agent_not_found"), (unknown.Status, unknown["code"]));
    }

    [Fact]
    public async Task DryRun_OfTheKillSwitch_CountsEveryAgentAndWorkload()
    {
        var (planner, worker, _, _) = await node.FamilyAsync();
        await node.AskAsync(worker, "2");
        var before = await node.Node.CountEntriesAsync();

        var cutOff = await node.Node.DoAsync("POST", $"{T}/suspend?dryRun=true");

        Assert.True(cutOff.GetProperty("descendants").GetInt32() >= 2);
        Assert.True(cutOff.GetProperty("openReservations").GetInt32() >= 1);
        var agents = cutOff.GetProperty("agents").EnumerateArray().Select(agent => agent.GetString()).ToArray();
        Assert.Equal(cutOff.GetProperty("agentCount").GetInt32(), agents.Length);
        Assert.Superset(new HashSet<string?> { planner, worker }, agents.ToHashSet());
        Assert.Equal(before, await node.Node.CountEntriesAsync());
        Assert.Equal("active", (await node.Node.DoAsync("GET", T)).Text("state"));
    }

    [Fact]
    public async Task DryRun_OfAKey_NamesItsAgentAndNothingThatRuns()
    {
        var (_, worker, _, _) = await node.FamilyAsync();
        await node.AskAsync(worker, "2");
        var bound = await node.Node.KeyAsync("acme", "service", worker);
        var free = await node.Node.KeyAsync("acme", "auditor");

        AssertCutOff(await node.Node.DoAsync("DELETE", $"{T}/keys/{bound.Split('.')[^2]}?dryRun=true"), 0, [worker], 0, null);
        AssertCutOff(await node.Node.DoAsync("DELETE", $"{T}/keys/{free.Split('.')[^2]}?dryRun=true"), 0, [], 0, null);

        Assert.Equal(200, (await node.Node.SendAsync("GET", T, key: free)).Status);
        var unknown = await node.Node.SendAsync("DELETE", $"{T}/keys/000000000000?dryRun=true");
        Assert.Equal((404, "key_not_found"), (unknown.Status, unknown["code"]));
    }

    [Theory]
    [InlineData("POST", "/agents/bot/suspend?dryRun=maybe")]
    [InlineData("POST", "/suspend?dryrun=true")]
    [InlineData("POST", "/agents/bot/resume?dryRun=true")]
    public async Task DryRun_Mistyped_Is400AndChangesNothing(string method, string path)
    {
        var before = await node.Node.CountEntriesAsync();

        var answer = await node.Node.SendAsync(method, T + path);

        Assert.Equal(400, answer.Status);
        Assert.Equal(before, await node.Node.CountEntriesAsync());
    }

    private static void AssertCutOff(JsonElement cutOff, int descendants, string[] agents, int open, string? usd)
    {
        Assert.Equal((descendants, agents.Length, open),
            (cutOff.GetProperty("descendants").GetInt32(), cutOff.GetProperty("agentCount").GetInt32(), cutOff.GetProperty("openReservations").GetInt32()));
        Assert.Equal(agents.Order(StringComparer.Ordinal), cutOff.GetProperty("agents").EnumerateArray().Select(agent => agent.GetString()));
        var held = cutOff.GetProperty("held").EnumerateArray().ToArray();
        if (usd is null)
            Assert.Empty(held);
        else
            Assert.Equal((usd, "USD"), (Assert.Single(held).Text("amount"), held[0].Text("unit")));
    }
}
