using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.DependencyInjection;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class HttpApiTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const string T = "/v1/tenants/acme";

    private TestNode Node => shared.Node;

    [Fact]
    public async Task Workload_FromDecisionToReconciliation_IsAnsweredExactly()
    {
        const string id = "0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d01";
        var decision = await Node.DoAsync("POST", $"{T}/workloads", Bodies.Workload($"\"id\": \"{id}\"", estimate: """{ "amount": "0.5", "unit": "USD" }"""));
        Assert.Equal("ALLOWED", decision.GetProperty("result").GetString());
        Assert.Equal("0.5", decision.GetProperty("reservations")[0].GetProperty("amount").GetString());
        Assert.Equal("nlp", decision.GetProperty("reservations")[0].GetProperty("scope").GetString());

        var settled = await Node.DoAsync("POST", $"{T}/workloads/{id}/reconcile", """{ "actual": [ { "amount": "0.7", "unit": "USD" } ] }""");
        Assert.Equal("reconciled", settled.GetProperty("state").GetString());
        Assert.Equal("0.2", settled.GetProperty("budgets")[0].GetProperty("delta").GetString());

        var record = await Node.DoAsync("GET", $"{T}/workloads/{id}");
        Assert.Equal("reconciled", record.GetProperty("state").GetString());
        Assert.Equal(
            ["workload.reserved", "workload.reconciled"],
            record.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("kind").GetString()!));
        Assert.Equal(409, (await Node.SendAsync("POST", $"{T}/workloads/{id}/release")).Status);
        Assert.Equal("already_resolved", (await Node.SendAsync("POST", $"{T}/workloads/{id}/reconcile", """{ "actual": [ { "amount": "0.8", "unit": "USD" } ] }"""))["code"]);
        Assert.Equal(
            "idempotency_conflict",
            (await Node.SendAsync("POST", $"{T}/workloads", Bodies.Workload($"\"id\": \"{id}\"")))["code"]);
    }

    [Fact]
    public async Task Workload_DryRun_WritesNothing()
    {
        var before = await Node.CountEntriesAsync();

        var decision = await Node.DoAsync("POST", $"{T}/workloads?dryRun=true", Bodies.Workload());

        Assert.Equal("ALLOWED", decision.GetProperty("result").GetString());
        Assert.Equal(before, await Node.CountEntriesAsync());
    }

    [Fact]
    public async Task Release_OfAnUnknownId_SpendsIt()
    {
        const string id = "0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d02";

        var released = await Node.DoAsync("POST", $"{T}/workloads/{id}/release");

        Assert.Equal("released", released.GetProperty("state").GetString());
        var late = await Node.DoAsync("POST", $"{T}/workloads", Bodies.Workload($"\"id\": \"{id}\""));
        Assert.Equal("BLOCKED", late.GetProperty("result").GetString());
        Assert.Equal("x_workload_abandoned", late.GetProperty("reasonCode").GetString());
    }

    [Fact]
    public async Task Suspend_WithoutABody_StopsTheAgentAtOnce()
    {
        await Node.RegisterAsync("acme", "stopped");
        var change = await Node.DoAsync("POST", $"{T}/agents/stopped/suspend");
        Assert.True(change.GetProperty("epoch").GetInt64() > 0);

        var decision = await Node.DoAsync("POST", $"{T}/workloads", Bodies.Workload(agent: "\"stopped\""));

        Assert.Equal("x_agent_suspended", decision.GetProperty("reasonCode").GetString());
        Assert.Equal("no reason given", (await Node.DoAsync("GET", $"{T}/agents/stopped")).GetProperty("reason").GetString());
        await Node.DoAsync("POST", $"{T}/agents/stopped/resume", """{ "reason": "done" }""");
        Assert.Equal("ALLOWED", (await Node.DoAsync("POST", $"{T}/workloads", Bodies.Workload(agent: "\"stopped\""))).GetProperty("result").GetString());
    }

    [Fact]
    public async Task Children_InPages_AreAllThere()
    {
        var first = (await Node.DoAsync("GET", $"{T}/budgets/usd?limit=2")).GetProperty("children");
        Assert.Equal(["nlp", "ocr"], first.GetProperty("items").EnumerateArray().Select(child => child.GetProperty("scope").GetString()!));

        var next = Uri.EscapeDataString(first.GetProperty("next").GetString()!);
        var second = (await Node.DoAsync("GET", $"{T}/budgets/usd?limit=2&after={next}")).GetProperty("children");

        Assert.Equal(["tts"], second.GetProperty("items").EnumerateArray().Select(child => child.GetProperty("scope").GetString()!));
        Assert.Null(second.GetProperty("next").GetString());
    }

    [Fact]
    public async Task Evidence_InPages_IsWhatOnePageHolds()
    {
        var whole = (await Node.DoAsync("GET", $"{T}/evidence?agent=bot&to=2100-01-01T00:00:00Z")).GetProperty("items")
            .EnumerateArray().Select(item => item.GetProperty("hash").GetString()!).ToArray();
        Assert.True(whole.Length >= 2, $"{whole.Length} entries");

        var paged = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await Node.DoAsync("GET", $"{T}/evidence?agent=bot&limit=1&to=2100-01-01T00:00:00Z{(cursor is null ? "" : $"&cursor={cursor}")}");
            paged.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("hash").GetString()!));
            cursor = page.GetProperty("next").GetString();
            if (cursor is null)
                break;
        }

        Assert.Equal(whole, paged.Take(whole.Length));
    }

    [Fact]
    public async Task Evidence_OfAResult_HoldsNoOther()
    {
        var allowed = await Node.DoAsync("GET", $"{T}/evidence?result=ALLOWED");

        Assert.All(
            allowed.GetProperty("items").EnumerateArray(),
            item => Assert.Equal("ALLOWED", item.GetProperty("entry").GetProperty("data").GetProperty("decision").GetProperty("result").GetString()));
        Assert.NotEmpty(allowed.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Verify_OfATenant_CountsItsStreams()
    {
        var verified = await Node.DoAsync("GET", $"{T}/evidence/verify");

        Assert.True(verified.GetProperty("verified").GetBoolean());
        Assert.True(verified.GetProperty("entries").GetInt64() >= 5);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, verified.GetProperty("firstBroken").ValueKind);
    }

    [Fact]
    public async Task Usage_WithoutAReservation_IsRecorded()
    {
        var settled = await Node.DoAsync("POST", $"{T}/usage", Bodies.Usage(""" "actual": [ { "amount": "0.25", "unit": "USD" } ] """));

        Assert.Equal("0.25", settled.GetProperty("budgets")[0].GetProperty("actual").GetString());
    }

    [Fact]
    public async Task Health_OfARunningNode_IsGoodWithoutACredential()
    {
        Assert.Equal("live", (await Node.SendAsync("GET", "/health/live", key: ""))["status"]);
        Assert.Equal("ready", (await Node.SendAsync("GET", "/health/ready", key: ""))["status"]);
    }

    [Fact]
    public async Task Metrics_ForAnAdminOfAllTenants_AreScraped()
    {
        await Node.DoAsync("POST", $"{T}/workloads", Bodies.Workload());

        var answer = await Node.SendAsync("GET", "/metrics");

        Assert.Equal(200, answer.Status);
        Assert.Contains("genops_decisions", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("bot", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(250, 503, "unavailable", "1")]
    [InlineData(1500, 503, "unavailable", "2")]
    [InlineData(null, 500, "internal_error", null)]
    public async Task Api_FailureBehindIt_IsAProblemWithoutOurInsides(int? retryAfterMs, int status, string code, string? retryAfter)
    {
        var failure = retryAfterMs is { } ms
            ? UnavailableException.Unreachable("the ledger can't be reached", TimeSpan.FromMilliseconds(ms))
            : (Exception)new InvalidOperationException("secret inside");
        await using var node = new TestNode
        {
            Configure = builder => builder.Services.AddSingleton<ICredentialSource>(new FailingCredentials(failure)),
        };
        await node.InitializeAsync();

        var answer = await node.SendAsync("GET", "/v1/tenants");

        Assert.Equal(status, answer.Status);
        Assert.Equal(code, answer["code"]);
        Assert.Equal(retryAfter, answer.Headers.RetryAfter?.ToString());
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    private sealed class FailingCredentials(Exception failure) : ICredentialSource
    {
        public ValueTask<Credential?> AuthenticateAsync(string? key, CancellationToken cancellationToken = default) => throw failure;

        public ValueTask<Credential?> FindAsync(TenantId tenant, string keyId) => throw failure;
    }
}
