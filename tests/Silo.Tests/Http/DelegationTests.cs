using static GenOps.ControlPlane.Silo.Tests.Http.DelegationNode;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class DelegationTests(DelegationNode node) : IClassFixture<DelegationNode>
{
    [Fact]
    public async Task Put_OfAPersonAndOfAnAgent_AnswersWhatWasMade()
    {
        var (planner, worker) = (await node.AgentAsync(), await node.AgentAsync());
        var root = await node.GrantAsync("user:maria", planner);

        var made = await node.DoAsync("PUT", root + "-below", body: Definition(
            $"agent:{planner}", worker, root,
            """
            "capabilities": { "models": ["gpt-4o*"], "tools": [] },
            "limits": { "costPerOperation": { "amount": "0.50", "unit": "USD" }, "spend": { "amount": "500", "unit": "USD", "period": "day" }, "maxConcurrent": 5, "requestsPerMinute": 60, "tokensPerMinute": 1000, "maxDepth": 2 },
            "notBefore": "2026-01-01T00:00:00Z", "expiresAt": "2999-01-01T00:00:00Z",
            "approvalWhen": "parameters.refundAmount > 200", "approverGroup": "managers"
            """));

        Assert.Equal((root + "-below", $"agent:{planner}", $"agent:{worker}", root, "active"),
            (made.Text("id"), made.Text("from"), made.Text("to"), made.Text("parent"), made.Text("state")));
        Assert.Equal("gpt-4o*", made.GetProperty("capabilities").GetProperty("models")[0].GetString());
        Assert.Equal(0, made.GetProperty("capabilities").GetProperty("tools").GetArrayLength());
        Assert.Equal("500", made.GetProperty("limits").GetProperty("spend").Text("amount"));
        Assert.Equal(("2999-01-01T00:00:00.000000Z", "parameters.refundAmount > 200", "managers", "user:admin"),
            (made.Text("expiresAt"), made.Text("approvalWhen"), made.Text("approverGroup"), made.Text("madeBy")));
        Assert.Equal(1, made.GetProperty("version").GetInt32());
        Assert.Equal(made.ToString(), (await node.DoAsync("GET", root + "-below")).ToString());
    }

    [Fact]
    public async Task Put_TheSameAgain_ChangesNothing()
    {
        var (planner, _, root, _) = await node.FamilyAsync();
        var before = await node.Node.CountEntriesAsync();

        var again = await node.DoAsync("PUT", root, body: Definition("user:maria", planner));
        Assert.Equal(before, await node.Node.CountEntriesAsync());
        var narrower = await node.DoAsync("PUT", root, body: Definition("user:maria", planner, more: """ "capabilities": { "operations": ["tool"] } """));

        Assert.Equal([1, 2], [again.GetProperty("version").GetInt32(), narrower.GetProperty("version").GetInt32()]);
        Assert.Equal(before + 1, await node.Node.CountEntriesAsync());
    }

    [Theory]
    [InlineData("""{ "from": "user:maria" }""", "to: is required")]
    [InlineData("""{ "to": "agent:AGENT" }""", "from: is required")]
    [InlineData("""{ "from": "user:maria", "to": "user:otto" }""", "to: is an agent")]
    [InlineData("""{ "from": "group:maria", "to": "agent:AGENT" }""", "from: ")]
    [InlineData("""{ "from": "agent:planner", "to": "agent:AGENT" }""", "parent: is required")]
    [InlineData("""{ "from": "user:maria", "to": "agent:AGENT", "parent": "d-1" }""", "parent: must be absent")]
    [InlineData("""{ "from": "user:maria", "to": "agent:AGENT", "parents": "d-1" }""", "parents: ")]
    [InlineData("""{ "from": "user:maria", "to": "agent:AGENT", "capabilities": { "models": ["a*b"] } }""", "capabilities.models[0]: is a*b, but * stands only at the end")]
    [InlineData("""{ "from": "user:maria", "to": "agent:AGENT", "limits": { "maxConcurrent": 0 } }""", "limits.maxConcurrent: must be 1 or more")]
    [InlineData("""{ "from": "user:maria", "to": "agent:AGENT", "limits": { "maxDepth": 17 } }""", "limits.maxDepth: must be from 0")]
    [InlineData("""{ "from": "user:maria", "to": "agent:AGENT", "limits": { "spend": { "amount": "-1", "unit": "USD" } } }""", "limits.spend.amount: must be 0 or more")]
    [InlineData("""{ "from": "user:maria", "to": "agent:AGENT", "expiresAt": "2020-01-01T00:00:00Z" }""", "expiresAt: must be in the future")]
    [InlineData("""{ "from": "user:maria", "to": "agent:AGENT", "notBefore": "2999-01-01T00:00:00Z", "expiresAt": "2998-01-01T00:00:00Z" }""", "expiresAt: must be later than notBefore")]
    [InlineData("""{ "from": "user:maria", "to": "agent:AGENT", "approvalWhen": "cost >" }""", "approvalWhen: ")]
    [InlineData("""{ "from": "user:maria", "to": "agent:AGENT", "approverGroup": "managers" }""", "approverGroup: says who approves")]
    public async Task Put_NotValid_Is400AndWritesNothing(string body, string detail)
    {
        var agent = await node.AgentAsync();
        var before = await node.Node.CountEntriesAsync();

        var answer = await node.SendAsync("PUT", node.NewName(), body: body.Replace("AGENT", agent, StringComparison.Ordinal));

        Assert.Equal((400, "invalid_request"), (answer.Status, answer["code"]));
        Assert.StartsWith(detail, answer["detail"], StringComparison.Ordinal);
        Assert.Equal(before, await node.Node.CountEntriesAsync());
    }

    [Theory]
    [InlineData(""" "capabilities": { "models": ["gpt-4o", "o3"] } """, "capabilities.models: permits o3, but delegation ROOT permits only")]
    [InlineData(""" "limits": { "costPerOperation": { "amount": "2", "unit": "USD" } } """, "limits.costPerOperation: permits 2 USD, but delegation ROOT permits at most 1 USD")]
    [InlineData(""" "limits": { "spend": { "amount": "11", "unit": "USD", "period": "day" } } """, "limits.spend: ")]
    [InlineData(""" "limits": { "requestsPerMinute": 61 } """, "limits.requestsPerMinute: permits 61, but delegation ROOT permits at most 60")]
    [InlineData(""" "limits": { "maxDepth": 1 } """, "limits.maxDepth: permits 1 more below")]
    [InlineData(""" "expiresAt": "2999-01-02T00:00:00Z" """, "expiresAt: ends at")]
    public async Task Put_WiderThanTheParent_Is400AndSaysWhichPart(string more, string detail)
    {
        var (planner, worker) = (await node.AgentAsync(), await node.AgentAsync());
        var root = await node.GrantAsync("user:maria", planner, more:
            """
            "capabilities": { "models": ["gpt-4o*"] }, "expiresAt": "2999-01-01T00:00:00Z",
            "limits": { "costPerOperation": { "amount": "1", "unit": "USD" }, "spend": { "amount": "10", "unit": "USD", "period": "day" }, "requestsPerMinute": 60, "maxDepth": 1 }
            """);

        var answer = await node.SendAsync("PUT", node.NewName(), body: Definition($"agent:{planner}", worker, root, more));

        Assert.Equal((400, "invalid_request"), (answer.Status, answer["code"]));
        Assert.StartsWith(detail.Replace("ROOT", root, StringComparison.Ordinal), answer["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_AgainstWhatIsRecorded_SaysWhichRuleItBreaks()
    {
        var (planner, worker, root, below) = await node.FamilyAsync();
        var stranger = await node.AgentAsync();

        await RefusedAsync("PUT", node.NewName(), Definition("user:maria", "nobody"), 404, "agent_not_found");
        await RefusedAsync("PUT", node.NewName(), Definition($"agent:{planner}", worker, "d-unknown"), 404, "delegation_not_found");
        await RefusedAsync("PUT", node.NewName(), Definition($"agent:{worker}", planner, below), 400, "invalid_request");
        await RefusedAsync("PUT", below, Definition("user:maria", worker), 409, "delegation_fixed");
        await RefusedAsync("PUT", root, Definition("user:maria", stranger), 409, "delegation_exists");
        await RefusedAsync("PUT", root, Definition("user:maria", planner, more: """ "limits": { "spend": { "amount": "1", "unit": "USD" } } """), 409, "delegation_fixed");
        await RefusedAsync("PUT", "No-Name", Definition("user:maria", planner), 400, "invalid_request");
        await node.DoAsync("POST", root, "/revoke");
        await RefusedAsync("PUT", root, Definition("user:maria", planner), 409, "delegation_revoked");
        await RefusedAsync("PUT", node.NewName(), Definition($"agent:{planner}", worker, root), 409, "delegation_revoked");
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/chain")]
    [InlineData("POST", "/revoke")]
    [InlineData("POST", "/revoke?dryRun=true")]
    public async Task Delegation_Unknown_Is404(string method, string path) =>
        await RefusedAsync(method, "d-unknown" + path, null, 404, "delegation_not_found");

    [Fact]
    public async Task Chain_OfTwoLinks_ShowsThemAndWhatTheyPermitTogether()
    {
        var (planner, worker) = (await node.AgentAsync(), await node.AgentAsync());
        var root = await node.GrantAsync("user:maria", planner, more: """ "capabilities": { "models": ["gpt-4o*"] }, "limits": { "maxDepth": 3 } """);
        var below = await node.GrantAsync($"agent:{planner}", worker, root, """ "capabilities": { "models": ["gpt-4o"], "tools": ["search"] } """);

        var chain = await node.DoAsync("GET", below, "/chain");

        Assert.True(chain.GetProperty("isInForce").GetBoolean());
        Assert.Equal([root, below], chain.GetProperty("links").EnumerateArray().Select(link => link.GetProperty("delegation").Text("id")));
        var effective = chain.GetProperty("effective");
        Assert.Equal("gpt-4o", effective.GetProperty("capabilities").GetProperty("models")[0].GetString());
        Assert.Equal(2, effective.GetProperty("depthLeft").GetInt32());

        await node.DoAsync("POST", root, "/revoke", """{ "reason": "left the company" }""");
        chain = await node.DoAsync("GET", below, "/chain");

        Assert.Equal((false, "x_authority_revoked"), (chain.GetProperty("isInForce").GetBoolean(), chain.Text("reasonCode")));
        Assert.Contains("left the company", chain.GetProperty("links")[0].Text("stops"), StringComparison.Ordinal);
        Assert.Null(chain.GetProperty("links")[1].Text("stops"));
    }

    [Fact]
    public async Task Revoke_OfARoot_StopsAllBelowAtOnceAndForEver()
    {
        var (planner, worker, root, below) = await node.FamilyAsync();
        var allowed = await node.AskAsync(worker);
        Assert.Equal(("ALLOWED", root, below), (allowed.Text("result"), allowed.GetProperty("chain")[0].GetString(), allowed.GetProperty("chain")[1].GetString()));

        var revoked = await node.DoAsync("POST", root, "/revoke", """{ "reason": "over" }""");
        var epoch = revoked.GetProperty("epoch").GetInt64();
        Assert.True(epoch > allowed.GetProperty("epoch").GetInt64());
        Assert.True(revoked.GetProperty("elapsedMs").GetDouble() >= 0);

        foreach (var agent in new[] { planner, worker })
        {
            var refused = await node.AskAsync(agent);
            Assert.Equal(("BLOCKED", "x_authority_revoked", $"delegation {root}"), (refused.Text("result"), refused.Text("reasonCode"), refused.Text("determinedBy")));
            Assert.True(refused.GetProperty("epoch").GetInt64() >= epoch);
        }

        var view = await node.DoAsync("GET", root);
        Assert.Equal(("revoked", "over", "user:admin"), (view.Text("state"), view.Text("reason"), view.Text("revokedBy")));
        Assert.Equal("active", (await node.DoAsync("GET", below)).Text("state"));

        // What runs is settled all the same.
        await node.Node.DoAsync("POST", $"{T}/workloads/{allowed.Text("id")}/reconcile", """{ "actual": [ { "amount": "0.7", "unit": "USD" } ] }""");
    }

    [Fact]
    public async Task Revoke_Again_ChangesNothingAndKeepsTheFirstReason()
    {
        var (_, _, root, _) = await node.FamilyAsync();
        await node.DoAsync("POST", root, "/revoke");
        var before = await node.Node.CountEntriesAsync();

        await node.DoAsync("POST", root, "/revoke", """{ "reason": "again" }""");

        Assert.Equal(before, await node.Node.CountEntriesAsync());
        Assert.Equal("no reason given", (await node.DoAsync("GET", root)).Text("reason"));
    }

    [Fact]
    public async Task Suspend_OfAnAgentAbove_StopsThoseBelowUntilItIsResumed()
    {
        var (planner, worker, _, _) = await node.FamilyAsync();

        await node.Node.DoAsync("POST", $"{T}/agents/{planner}/suspend");
        Assert.Equal("x_agent_suspended", (await node.AskAsync(worker)).Text("reasonCode"));
        await node.Node.DoAsync("POST", $"{T}/agents/{planner}/resume");

        Assert.Equal("ALLOWED", (await node.AskAsync(worker)).Text("result"));
    }

    [Fact]
    public async Task Close_OfAnAgent_RevokesWhatItWasGranted()
    {
        var (planner, worker, root, _) = await node.FamilyAsync();

        await node.Node.DoAsync("DELETE", $"{T}/agents/{planner}");

        Assert.Equal("x_authority_revoked", (await node.AskAsync(worker)).Text("reasonCode"));
        Assert.Equal("revoked", (await node.DoAsync("GET", root)).Text("state"));
        Assert.Equal([root], await node.ListAsync($"to=agent:{planner}"));
    }

    [Fact]
    public async Task Evidence_OfADelegation_NamesItAndNoWorkload()
    {
        var (planner, _, root, _) = await node.FamilyAsync();
        await node.DoAsync("PUT", root, body: Definition("user:maria", planner, more: """ "capabilities": { "operations": ["*"] } """));
        await node.DoAsync("POST", root, "/revoke");

        var items = (await node.Node.DoAsync("GET", $"{T}/evidence?delegation={root}")).GetProperty("items").EnumerateArray().ToArray();

        Assert.Equal(["delegation.granted", "delegation.changed", "delegation.revoked"], items.Select(item => item.Text("kind")));
        Assert.All(items, item => Assert.Equal((root, null), (item.Text("delegation"), item.Text("workload"))));
        var both = await node.Node.SendAsync("GET", $"{T}/evidence?delegation={root}&workload={SharedNode.OpenWorkload}");
        Assert.Equal((400, "delegation: can't be asked for together with workload: no entry is about both"), (both.Status, both["detail"]));
        Assert.True((await node.Node.DoAsync("GET", $"{T}/evidence/verify")).GetProperty("verified").GetBoolean());
    }

    [Theory]
    [InlineData("agents/limited", """{ "limits": { "maxConcurrent": 0 } }""", "limits.maxConcurrent: must be 1 or more")]
    [InlineData("agents/limited", """{ "limits": { "requestsPerMinute": -1 } }""", "limits.requestsPerMinute: must be 1 or more")]
    [InlineData("agents/limited", """{ "limits": { "tokensPerMinute": 0 } }""", "limits.tokensPerMinute: must be 1 or more")]
    [InlineData("agents/limited", """{ "limits": { "perMinute": 1 } }""", "limits.perMinute: ")]
    [InlineData("", """{ "authority": "off" }""", "authority: ")]
    public async Task Put_OfAgentsLimitsAndTenantsAuthority_NotValid_Is400(string path, string body, string detail)
    {
        var answer = await node.Node.SendAsync("PUT", $"{T}/{path}".TrimEnd('/'), body);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith(detail, answer["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_OfAgentsLimitsAndTenantsAuthority_IsReadBack()
    {
        var agent = await node.AgentAsync();
        var view = await node.Node.DoAsync(
            "PUT", $"{T}/agents/{agent}", """{ "limits": { "maxConcurrent": 5, "requestsPerMinute": 600, "tokensPerMinute": 100000, "enforceSla": true } }""");
        await node.Node.DoAsync("PUT", "/v1/tenants/watched", """{ "authority": "observe" }""");
        await node.Node.DoAsync("PUT", "/v1/tenants/watched/agents/bot", "{}");

        Assert.Equal("""{"maxConcurrent":5,"requestsPerMinute":600,"tokensPerMinute":100000,"enforceSla":true}""", view.GetProperty("limits").ToString());
        Assert.Equal("observe", (await node.Node.DoAsync("GET", "/v1/tenants/watched")).Text("authority"));
        Assert.Equal("required", (await node.Node.DoAsync("GET", T)).Text("authority"));
        var decision = await node.Node.DoAsync("POST", "/v1/tenants/watched/workloads", Bodies.Workload());
        Assert.Equal(("WARNING", "x_authority_missing"), (decision.Text("result"), decision.Text("reasonCode")));
    }

    private async Task RefusedAsync(string method, string path, string? body, int status, string code)
    {
        var answer = await node.SendAsync(method, path, body: body);
        Assert.True((answer.Status, answer["code"]) == (status, code), $"{method} {path} {body}: {answer.Status} {answer.Text}");
    }
}
