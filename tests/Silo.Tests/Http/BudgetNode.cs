using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace GenOps.ControlPlane.Silo.Tests.Http;

/// <summary>A node with one tenant and a clock of its own, and the words in which tests about budgets talk to it.</summary>
public sealed class BudgetNode : IAsyncLifetime
{
    /// <summary>The tenant's path.</summary>
    public const string T = "/v1/tenants/acme";

    private int _names;

    /// <summary>A node at noon of an ordinary Monday in winter.</summary>
    public BudgetNode() : this("2026-11-23T12:00:00Z")
    {
    }

    private BudgetNode(string start, Action<IServiceCollection>? configure = null)
    {
        Clock = new MovableClock(Instant(start));
        Node = new TestNode
        {
            Configure = builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(Clock);

                // Half of the cluster's membership goes by the machine's own clock: the silo would find itself long dead by this one.
                builder.Services.Configure<ClusterMembershipOptions>(membership =>
                {
                    membership.LivenessEnabled = false;
                    membership.EvictWhenMaxJoinAttemptTimeExceeded = false;
                    membership.SiloGenerationRetirementAge = null;
                });
                configure?.Invoke(builder.Services);
            },
        };
    }

    /// <summary>Its clock.</summary>
    public MovableClock Clock { get; }

    /// <summary>The node.</summary>
    public TestNode Node { get; }

    /// <summary>A running node at <paramref name="start"/>.</summary>
    public static async Task<BudgetNode> AtAsync(string start, Action<IServiceCollection>? configure = null)
    {
        var node = new BudgetNode(start, configure);
        await node.InitializeAsync();
        return node;
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await Node.InitializeAsync();
        await Node.DoAsync("PUT", T, "{}");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Node.DisposeAsync();

    /// <summary>An instant as text.</summary>
    public static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The clock's time and <paramref name="more"/>, as JSON has it.</summary>
    public string In(TimeSpan more) => InstantJsonConverter.Text(Clock.GetUtcNow() + more);

    /// <summary>A name that no other test uses.</summary>
    public string NewName() => $"b{Interlocked.Increment(ref _names)}";

    /// <summary>Makes a budget of its own for a test, and an agent of the same name that is bound to its <paramref name="scope"/>.</summary>
    public async Task<string> BudgetAsync(string definition, string scope = "")
    {
        var name = NewName();
        await Node.DoAsync("PUT", $"{T}/budgets/{name}", definition);
        await BindAsync(name, name, scope);
        return name;
    }

    /// <summary>Binds an agent, which may do everything, to a scope.</summary>
    public Task BindAsync(string agent, string budget, string scope) =>
        Node.RegisterAsync("acme", agent, $$"""{ "budgets": [ { "root": "{{budget}}", "scope": "{{scope}}" } ] }""");

    /// <summary>Sends to <paramref name="path"/> below the budget.</summary>
    public Task<Answer> SendAsync(string method, string budget, string path = "", string? body = null, string? key = null) =>
        Node.SendAsync(method, $"{T}/budgets/{budget}{path}", body, key);

    /// <summary>Sends to <paramref name="path"/> below the budget what has to succeed.</summary>
    public Task<JsonElement> DoAsync(string method, string budget, string path = "", string? body = null, string? key = null) =>
        Node.DoAsync(method, $"{T}/budgets/{budget}{path}", body, key);

    /// <summary>A scope of a budget as it stands.</summary>
    public Task<JsonElement> ViewAsync(string budget, string scope = "") =>
        DoAsync("GET", budget, $"?scope={Uri.EscapeDataString(scope)}");

    /// <summary>The first limit of a scope as it stands.</summary>
    public async Task<JsonElement> LimitAsync(string budget, string scope = "") =>
        (await ViewAsync(budget, scope)).GetProperty("limits")[0];

    /// <summary>Asks for <paramref name="amount"/> in the agent's name.</summary>
    public Task<JsonElement> ReserveAsync(string agent, string amount, string more = "", string unit = "USD", string attribution = Bodies.Attribution) =>
        Node.DoAsync("POST", $"{T}/workloads", Bodies.Workload(
            more, $"\"{agent}\"", attribution: attribution, estimate: $$"""{ "amount": "{{amount}}", "unit": "{{unit}}" }"""));

    /// <summary>Asks for <paramref name="amount"/>, which has to be admitted; the workload's id.</summary>
    public async Task<string> HoldAsync(string agent, string amount, string attribution = Bodies.Attribution)
    {
        var decision = await ReserveAsync(agent, amount, attribution: attribution);
        Assert.Equal("ALLOWED", decision.Text("result"));
        return decision.Text("id")!;
    }

    /// <summary>Reports what a workload cost.</summary>
    public Task<JsonElement> ReconcileAsync(string id, string amount, string unit = "USD") =>
        Node.DoAsync("POST", $"{T}/workloads/{id}/reconcile", $$"""{ "actual": [ { "amount": "{{amount}}", "unit": "{{unit}}" } ] }""");

    /// <summary>A workload whose figures nobody knows.</summary>
    public async Task<string> UnresolvedAsync(string agent, string amount)
    {
        var id = await HoldAsync(agent, amount);
        var settled = await Node.DoAsync("POST", $"{T}/workloads/{id}/reconcile", """{ "outcome": "unknown" }""");
        Assert.Equal("unresolved", settled.Text("state"));
        return id;
    }

    /// <summary>Spends without a reservation.</summary>
    public Task<JsonElement> SpendAsync(string agent, string amount, string attribution = Bodies.Attribution, string unit = "USD") =>
        Node.DoAsync("POST", $"{T}/usage",
            $$"""
            { "agent": "{{agent}}", "operation": {{Bodies.Operation}}, "attribution": {{attribution}}, "model": "gpt-4o", "why": "external",
              "actual": [ { "amount": "{{amount}}", "unit": "{{unit}}" } ] }
            """);

    /// <summary>The budget's entries of one kind, oldest first: their data.</summary>
    public async Task<JsonElement[]> EntriesAsync(string budget, string kind)
    {
        var page = await Node.DoAsync("GET", $"{T}/evidence?budget={budget}&limit=1000");
        return [.. page.GetProperty("items").EnumerateArray()
            .Where(item => item.Text("kind") == kind)
            .Select(item => item.GetProperty("entry").GetProperty("data"))];
    }

    /// <summary>An attribution that names a customer.</summary>
    public static string OfCustomer(string customer) =>
        $$"""{ "team": "support", "project": "helpdesk", "environment": "production", "customerId": {{JsonSerializer.Serialize(customer)}} }""";
}
