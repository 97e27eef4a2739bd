namespace GenOps.ControlPlane.Silo.Tests.EndToEnd;

/// <summary>One real node for the tests that leave it running; each takes a tenant of its own.</summary>
public sealed class StartedNode : IAsyncLifetime
{
    /// <summary>A node of its own.</summary>
    public StartedNode() : this(new NodeProcess())
    {
    }

    /// <summary>The given node, which ends with this object.</summary>
    internal StartedNode(NodeProcess node) => Node = node;

    /// <summary>The node.</summary>
    public NodeProcess Node { get; }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => await Node.StartReadyAsync(TestContext.Current.CancellationToken);

    /// <summary>Makes a tenant with the agent <c>bot</c>, which draws from the budget <c>usd</c>.</summary>
    /// <returns>A service's key.</returns>
    public async Task<string> PrepareAsync(string tenant, string limit, CancellationToken cancellationToken)
    {
        await Node.DoAsync("PUT", $"/v1/tenants/{tenant}", "{}", cancellationToken);
        await Node.DoAsync("PUT", $"/v1/tenants/{tenant}/budgets/usd", $$"""{ "unit": "USD", "limit": "{{limit}}" }""", cancellationToken);
        await Node.RegisterAsync(tenant, "bot", """{ "budgets": [ { "root": "usd" } ] }""", cancellationToken);
        return await Node.ServiceKeyAsync(tenant, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
