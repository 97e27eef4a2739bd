using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Tenants;

namespace GenOps.ControlPlane.Bench.Node;

/// <summary>Prepares a node over its HTTP API: a tenant, and agents that may do everything and draw from a budget each.</summary>
internal static class NodeSetup
{
    private const int RequestsAtOnce = 32;

    private const string Limit = "1000000000";

    /// <summary>The tenant.</summary>
    public static readonly TenantId Tenant = TenantId.Parse("bench");

    /// <summary>Who answers for the agents.</summary>
    private static readonly Principal Operator = Principal.Parse("user:bench");

    /// <summary>The agent that draws from the budget of this number.</summary>
    public static AgentId Agent(int number) => AgentId.Parse(string.Create(CultureInfo.InvariantCulture, $"agent-{number:0000}"));

    /// <summary>The budget of this number.</summary>
    public static BudgetRoot Budget(int number) => BudgetRoot.Parse(string.Create(CultureInfo.InvariantCulture, $"budget-{number:0000}"));

    /// <summary>A budget with one limit, which is never reached: what is measured is being allowed.</summary>
    public static BudgetDefinition Flat { get; } = new(Unit.Usd, Limit: Quantity.Parse(Limit));

    /// <summary>A limit that is never reached.</summary>
    public static BudgetLimit Every(BudgetPeriod period) => new(Quantity.Parse(Limit), period);

    /// <summary>Makes the tenant and <paramref name="budgets"/> agents with their budgets.</summary>
    /// <exception cref="BenchException">The node refuses.</exception>
    public static Task PrepareAsync(NodeProcess node, int budgets, CancellationToken cancellationToken)
    {
        var roots = Enumerable.Range(0, budgets).Select(Budget).ToList();
        return PrepareAsync(node, [.. roots.Select(root => (root, Flat))], [.. roots.Select(root => new BudgetBinding(root))], cancellationToken);
    }

    /// <summary>Makes the tenant, <paramref name="budgets"/>, and an agent for each of <paramref name="bindings"/>, by number.</summary>
    /// <exception cref="BenchException">The node refuses.</exception>
    public static async Task PrepareAsync(
        NodeProcess node, IReadOnlyList<(BudgetRoot Root, BudgetDefinition Definition)> budgets, IReadOnlyList<BudgetBinding> bindings,
        CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = node.Url };
        var key = await File.ReadAllTextAsync(node.AdminKeyFile, cancellationToken);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Trim());

        await PutAsync(http, $"/v1/tenants/{Tenant}", new TenantDefinition("Bench"), cancellationToken);
        await Parallel.ForEachAsync(budgets, Options(cancellationToken), (budget, stop) =>
            PutAsync(http, $"/v1/tenants/{Tenant}/budgets/{budget.Root}", budget.Definition, stop));
        await Parallel.ForAsync(0, bindings.Count, Options(cancellationToken), async (number, stop) =>
        {
            var agent = Agent(number);
            await PutAsync(http, $"/v1/tenants/{Tenant}/agents/{agent}", new AgentDefinition([bindings[number]]), stop);

            // One link without limits, the least that a call needs.
            await PutAsync(http, $"/v1/tenants/{Tenant}/delegations/{agent}", new DelegationDefinition(Operator, Principal.Of(agent)), stop);
        });
    }

    private static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = RequestsAtOnce, CancellationToken = cancellationToken };

    private static async ValueTask PutAsync<T>(HttpClient http, string path, T definition, CancellationToken cancellationToken)
    {
        using var answer = await http.PutAsJsonAsync(path, definition, GenOpsJson.Canonical, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new BenchException($"PUT {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
    }
}
