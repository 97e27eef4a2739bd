using System.Globalization;
using System.Text;
using System.Text.Json;

namespace GenOps.ControlPlane.Silo.Tests.Faults;

/// <summary>
/// The organisation under load: a wide and a tight money tree, a tight and a wide token tree; two agents with one
/// tree, and two with two, of which either the last or the first is the one that refuses.
/// </summary>
public static class LoadedNode
{
    /// <summary>The tenant.</summary>
    public const string Tenant = "acme";

    private static readonly CompositeFormat Money = CompositeFormat.Parse("""{{ "unit": "USD", "limit": "{0}", "children": {{ "solo": {{ "limit": "{1}" }}, "duo": {{}} }} }}""");

    /// <summary>The agents and the budgets that each draws from.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Budgets = new Dictionary<string, string[]>
    {
        ["solo-wide"] = ["a-usd"],
        ["solo-tight"] = ["b-usd"],
        ["duo-last-tight"] = ["a-usd", "c-tokens"],
        ["duo-first-tight"] = ["b-usd", "d-tokens"],
    };

    /// <summary>Makes the tenant, its budgets and its agents.</summary>
    public static async Task PrepareAsync(NodeProcess node, CancellationToken cancellationToken)
    {
        await node.DoAsync("PUT", $"/v1/tenants/{Tenant}", "{}", cancellationToken);
        await node.DoAsync("PUT", $"/v1/tenants/{Tenant}/budgets/a-usd", """{ "unit": "USD", "limit": "1000000", "children": { "solo": {}, "duo": {} } }""", cancellationToken);
        await node.DoAsync("PUT", $"/v1/tenants/{Tenant}/budgets/d-tokens", """{ "unit": "tokens", "limit": "1000000000", "children": { "duo": {} } }""", cancellationToken);
        await RaiseAsync(node, 1, cancellationToken);
        foreach (var (agent, roots) in Budgets)
        {
            var bindings = roots.Select(root => new { root, scope = agent.StartsWith("solo", StringComparison.Ordinal) ? "solo" : "duo" });
            await node.RegisterAsync(Tenant, agent, JsonSerializer.Serialize(new { budgets = bindings }), cancellationToken);
        }
    }

    /// <summary>Raises the tight limits to <paramref name="round"/> times what they were at first, so that they are reached in each round.</summary>
    public static async Task RaiseAsync(NodeProcess node, int round, CancellationToken cancellationToken)
    {
        await node.DoAsync("PUT", $"/v1/tenants/{Tenant}/budgets/b-usd",
            string.Format(CultureInfo.InvariantCulture, Money, 30 * round, 12 * round), cancellationToken);
        await node.DoAsync("PUT", $"/v1/tenants/{Tenant}/budgets/c-tokens",
            $$"""{ "unit": "tokens", "limit": "{{1000 * round}}", "children": { "duo": {} } }""", cancellationToken);
    }
}
