using System.Text.Json;

namespace GenOps.ControlPlane.Silo.Tests.Http;

/// <summary>A node with one tenant, and the words in which tests about delegations talk to it.</summary>
public sealed class DelegationNode : IAsyncLifetime
{
    /// <summary>The tenant's path.</summary>
    public const string T = "/v1/tenants/acme";

    private int _names;

    /// <summary>The node.</summary>
    public TestNode Node { get; } = new();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await Node.InitializeAsync();
        await Node.DoAsync("PUT", T, "{}");
        await Node.DoAsync("PUT", $"{T}/budgets/usd", """{ "unit": "USD" }""");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Node.DisposeAsync();

    /// <summary>An agent that no other test uses, bound to the tenant's budget.</summary>
    public async Task<string> AgentAsync()
    {
        var name = $"agent{Interlocked.Increment(ref _names)}";
        await Node.DoAsync("PUT", $"{T}/agents/{name}", """{ "budgets": [ { "root": "usd" } ] }""");
        return name;
    }

    /// <summary>A delegation's name that no other test uses.</summary>
    public string NewName() => $"d{Interlocked.Increment(ref _names)}";

    /// <summary>What a delegation says, with <paramref name="more"/> members.</summary>
    public static string Definition(string from, string to, string? parent = null, string more = "") =>
        $$"""{ "from": "{{from}}", "to": "agent:{{to}}"{{(parent is null ? "" : $", \"parent\": \"{parent}\"")}}{{(more.Length == 0 ? "" : $", {more}")}} }""";

    /// <summary>Makes a delegation, which has to succeed; its name.</summary>
    public async Task<string> GrantAsync(string from, string to, string? parent = null, string more = "", string? id = null)
    {
        id ??= NewName();
        await Node.DoAsync("PUT", $"{T}/delegations/{id}", Definition(from, to, parent, more));
        return id;
    }

    /// <summary>maria → planner → worker: two delegations and their agents.</summary>
    public async Task<(string Planner, string Worker, string Root, string Below)> FamilyAsync()
    {
        var (planner, worker) = (await AgentAsync(), await AgentAsync());
        var root = await GrantAsync("user:maria", planner);
        return (planner, worker, root, await GrantAsync($"agent:{planner}", worker, root));
    }

    /// <summary>Sends to <paramref name="path"/> below the delegation.</summary>
    public Task<Answer> SendAsync(string method, string delegation, string path = "", string? body = null, string? key = null) =>
        Node.SendAsync(method, $"{T}/delegations/{delegation}{path}", body, key);

    /// <summary>Sends to <paramref name="path"/> below the delegation what has to succeed.</summary>
    public Task<JsonElement> DoAsync(string method, string delegation, string path = "", string? body = null, string? key = null) =>
        Node.DoAsync(method, $"{T}/delegations/{delegation}{path}", body, key);

    /// <summary>Asks for <paramref name="amount"/> USD in the agent's name.</summary>
    public Task<JsonElement> AskAsync(string agent, string amount = "1", string more = "") =>
        Node.DoAsync("POST", $"{T}/workloads", Bodies.Workload(more, $"\"{agent}\"", estimate: $$"""{ "amount": "{{amount}}", "unit": "USD" }"""));

    /// <summary>A page of the list: the names of its delegations.</summary>
    public async Task<List<string>> ListAsync(string query, string? key = null) =>
        [.. (await Node.DoAsync("GET", $"{T}/delegations?{query}", key: key)).GetProperty("items").EnumerateArray().Select(item => item.Text("id")!)];
}
