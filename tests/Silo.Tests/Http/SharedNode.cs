namespace GenOps.ControlPlane.Silo.Tests.Http;

/// <summary>One node for the tests that leave it as they found it, with a tenant, a budget and two agents.</summary>
public sealed class SharedNode : IAsyncLifetime
{
    /// <summary>A workload that is open.</summary>
    public const string OpenWorkload = "0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90";

    /// <summary>The node.</summary>
    public TestNode Node { get; } = new();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await Node.InitializeAsync();
        await Node.DoAsync("PUT", "/v1/tenants/acme", """{ "displayName": "Acme" }""");
        await Node.DoAsync("PUT", "/v1/tenants/other", "{}");
        await Node.DoAsync("PUT", "/v1/tenants/acme/budgets/usd",
            """{ "unit": "USD", "limit": "100", "period": "day", "children": { "nlp": { "limit": "50" }, "ocr": {}, "tts": {} } }""");
        await Node.RegisterAsync("acme", "bot", """{ "budgets": [ { "root": "usd", "scope": "nlp" } ] }""");
        await Node.RegisterAsync("acme", "rival");
        await Node.DoAsync("POST", "/v1/tenants/acme/workloads", Bodies.Workload($"\"id\": \"{OpenWorkload}\", \"ttlSeconds\": 86400"));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
