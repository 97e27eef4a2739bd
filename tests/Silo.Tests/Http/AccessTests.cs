using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Silo.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class AccessTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const string T = "/v1/tenants/acme";
    private const string Approval = "p-0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d91";
    private const string Open = $"{T}/workloads/{SharedNode.OpenWorkload}";

    private TestNode Node => shared.Node;

    [Fact]
    public void Endpoints_All_DeclareWhoMayCallThem()
    {
        var undeclared = Node.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<RequiredPermission>() is null && endpoint.Metadata.GetMetadata<OpenToAll>() is null)
            .Select(endpoint => endpoint.DisplayName);

        Assert.Equal([], undeclared);
    }

    [Fact]
    public void Endpoints_OpenToAll_AreHealthAndTheDescriptionAlone()
    {
        var open = Node.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<OpenToAll>() is not null)
            .Select(endpoint => endpoint.RoutePattern.RawText!)
            .Order(StringComparer.Ordinal);

        Assert.Equal(["/health/live", "/health/ready", "/openapi/{documentName}.json"], open);
    }

    [Fact]
    public async Task Api_EveryEndpointWithoutACredential_Is401()
    {
        var guarded = Node.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<RequiredPermission>() is not null)
            .ToArray();

        Assert.True(guarded.Length >= 50, $"{guarded.Length} endpoints");
        foreach (var endpoint in guarded)
        {
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "GET";
            var path = endpoint.RoutePattern.RawText!
                .Replace("{tenant}", "acme").Replace("{agent}", "bot").Replace("{root}", "usd")
                .Replace("{id}", SharedNode.OpenWorkload).Replace("{keyId}", "000000000000")
                .Replace("{delegation}", "bot").Replace("{approval}", Approval);
            Assert.DoesNotContain("{", path, StringComparison.Ordinal);
            var answer = await Node.SendAsync(method, path, method is "POST" or "PUT" ? "{}" : null, key: "");

            Assert.True(answer.Status == 401, $"{method} {path}: {answer.Status}");
            Assert.Equal("unauthenticated", answer["code"]);
            Assert.Equal("Bearer realm=\"genops\"", answer.Headers.WwwAuthenticate.ToString());
        }
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("gok-acme.0123456789ab.0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("gok-~.0123456789ab.0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("gok-nobody.0123456789ab.0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Api_UnknownKey_Is401AndSaysSo(string key)
    {
        var answer = await Node.SendAsync("GET", T, key: key);

        Assert.Equal(401, answer.Status);
        Assert.Contains("error=\"invalid_token\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_RevokedKey_Is401()
    {
        var key = await Node.KeyAsync("acme", "auditor");
        var id = key.Split('.')[^2];
        Assert.Equal(200, (await Node.SendAsync("GET", T, key: key)).Status);

        await Node.DoAsync("DELETE", $"{T}/keys/{id}");

        Assert.Equal(401, (await Node.SendAsync("GET", T, key: key)).Status);
    }

    [Theory]
    [InlineData("GET", "/v1/tenants/other")]
    [InlineData("GET", "/v1/tenants/nobody/budgets")]
    [InlineData("GET", "/v1/tenants")]
    [InlineData("GET", "/metrics")]
    public async Task Api_KeyOfATenant_IsGoodForNothingElse(string method, string path)
    {
        var key = await Node.KeyAsync("acme", "admin");

        var answer = await Node.SendAsync(method, path, key: key);

        Assert.Equal(403, answer.Status);
        Assert.Equal("forbidden", answer["code"]);
    }

    [Theory]
    [InlineData("service", "PUT", $"{T}/budgets/usd", """{ "unit": "USD" }""")]
    [InlineData("service", "PUT", $"{T}/agents/bot", "{}")]
    [InlineData("service", "PUT", $"{T}/prices", "[]")]
    [InlineData("service", "POST", $"{T}/suspend", null)]
    [InlineData("service", "POST", $"{T}/approvals/{Approval}/approve", null)]
    [InlineData("service", "GET", $"{T}/evidence", null)]
    [InlineData("service", "GET", $"{T}/keys", null)]
    [InlineData("auditor", "POST", $"{T}/agents/bot/suspend", null)]
    [InlineData("auditor", "POST", $"{T}/workloads", "{}")]
    [InlineData("auditor", "PUT", $"{T}/delegations/bot", """{ "from": "user:tester", "to": "agent:bot" }""")]
    [InlineData("auditor", "POST", $"{T}/delegations/bot/revoke", null)]
    [InlineData("auditor", "POST", $"{T}/approvals/{Approval}/deny", null)]
    [InlineData("auditor", "POST", $"{T}/keys", "{}")]
    [InlineData("auditor", "PUT", $"{T}/exchange-rates", "[]")]
    [InlineData("operator", "POST", $"{T}/workloads", "{}")]
    [InlineData("operator", "POST", $"{T}/approvals/{Approval}/approve", null)]
    [InlineData("operator", "POST", $"{T}/keys", "{}")]
    [InlineData("operator", "DELETE", T, null)]
    [InlineData("approver", "PUT", $"{T}/budgets/usd", "{}")]
    [InlineData("approver", "PUT", $"{T}/prices", "[]")]
    public async Task Api_RoleWithoutThePermission_Is403AndWritesNothing(string role, string method, string path, string? body)
    {
        var key = await Node.KeyAsync("acme", role);
        var before = await Node.CountEntriesAsync();

        var answer = await Node.SendAsync(method, path, body, key);

        Assert.Equal(403, answer.Status);
        Assert.StartsWith($"the role {role} does not permit", answer["detail"], StringComparison.Ordinal);
        Assert.Equal(before, await Node.CountEntriesAsync());
    }

    [Fact]
    public async Task Api_KeyBoundToAnAgent_ActsForItAlone()
    {
        var rival = await Node.KeyAsync("acme", "service", "rival");
        var before = await Node.CountEntriesAsync();

        foreach (var (method, path, body) in new (string, string, string?)[]
        {
            ("POST", $"{T}/workloads", Bodies.Workload()),
            ("GET", Open, null),
            ("POST", $"{Open}/reconcile", """{ "usage": { "inputTokens": 1, "outputTokens": 1 } }"""),
            ("POST", $"{Open}/release", null),
            ("POST", $"{Open}/extend", """{ "ttlSeconds": 60 }"""),
            ("POST", $"{T}/usage", Bodies.Usage(""" "usage": { "inputTokens": 1, "outputTokens": 1 } """)),
            ("GET", $"{T}/agents/bot", null),
            ("GET", $"{T}/workloads?agent=bot", null),
            ("GET", $"{T}/delegations/bot", null),
            ("GET", $"{T}/delegations/bot/chain", null),
            ("GET", $"{T}/delegations?to=agent:bot", null),
        })
        {
            var answer = await Node.SendAsync(method, path, body, rival);
            Assert.True(answer.Status == 403, $"{method} {path}: {answer.Status} {answer.Text}");
            Assert.Equal("this credential is bound to the agent rival", answer["detail"]);
        }

        Assert.Equal(before, await Node.CountEntriesAsync());
        Assert.Equal("rival", Assert.Single((await Node.DoAsync("GET", $"{T}/agents", key: rival)).GetProperty("items").EnumerateArray())
            .GetProperty("agent").GetString());
        Assert.Equal("rival", Assert.Single((await Node.DoAsync("GET", $"{T}/delegations", key: rival)).GetProperty("items").EnumerateArray())
            .GetProperty("id").GetString());
        Assert.Empty((await Node.DoAsync("GET", $"{T}/workloads", key: rival)).GetProperty("items").EnumerateArray());
        Assert.Equal("ALLOWED", (await Node.DoAsync("POST", $"{T}/workloads", Bodies.Workload(agent: "\"rival\""), rival)).GetProperty("result").GetString());
    }

    [Fact]
    public async Task Gate_EndpointThatDeclaresNothing_IsRefusedToEverybody()
    {
        var passed = false;
        var gate = ActivatorUtilities.CreateInstance<AccessGate>(
            Node.App.Services, (RequestDelegate)(_ => { passed = true; return Task.CompletedTask; }));
        var context = new DefaultHttpContext { RequestServices = Node.App.Services };
        context.Request.Headers.Authorization = $"Bearer {Node.AdminKey}";
        context.SetEndpoint(new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse("/new"), 0, null, "new"));

        var refusal = await Assert.ThrowsAsync<AccessDeniedException>(() => gate.InvokeAsync(context));

        Assert.Equal(403, refusal.Status);
        Assert.False(passed);
    }
}
