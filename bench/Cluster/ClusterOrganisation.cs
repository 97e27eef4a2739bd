using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Bench.Cluster;

/// <summary>
/// Who is under load: budgets of three levels, a head and a lead for each, and agents whose authority comes from a person
/// through head and lead, by three delegations.
/// </summary>
internal static class ClusterOrganisation
{
    /// <summary>How many budgets, heads and leads.</summary>
    public const int Budgets = 16;

    /// <summary>How many agents.</summary>
    public const int Agents = 256;

    // What is measured is being allowed.
    private static readonly Quantity Unreached = Quantity.FromUnits(1_000_000_000);

    private const int RequestsAtOnce = 16;
    private const string Scope = "team/desk";

    private static readonly Principal Operator = Principal.Parse("user:bench");

    /// <summary>The tenant.</summary>
    public static TenantId Tenant => NodeSetup.Tenant;

    /// <summary>The agents that draw from each budget.</summary>
    public static IReadOnlyList<IReadOnlyList<AgentId>> AgentsOf { get; } =
        [.. Enumerable.Range(0, Agents).GroupBy(number => number % Budgets).OrderBy(budget => budget.Key).Select(budget => budget.Select(NodeSetup.Agent).ToArray())];

    /// <summary>Makes all of it.</summary>
    /// <exception cref="HarnessException">The cluster refuses.</exception>
    public static async Task PrepareAsync(ClusterOfSilos cluster, CancellationToken cancellationToken)
    {
        var path = $"/v1/tenants/{Tenant}";
        var options = new ParallelOptions { MaxDegreeOfParallelism = RequestsAtOnce, CancellationToken = cancellationToken };
        await cluster.PutAsync(path, "{}", cancellationToken);
        await Parallel.ForAsync(0, Budgets, options, async (number, stop) =>
        {
            var (head, lead) = (Head(number), Lead(number));
            await PutAsync(cluster, $"{path}/budgets/{NodeSetup.Budget(number)}", Tree(Unreached), stop);
            await PutAsync(cluster, $"{path}/agents/{lead}", new AgentDefinition([]), stop);
            await PutAsync(cluster, $"{path}/agents/{head}", new AgentDefinition([]), stop);
            await PutAsync(cluster, $"{path}/delegations/{head}", new DelegationDefinition(Operator, Principal.Of(head)), stop);
            await PutAsync(cluster, $"{path}/delegations/{lead}", new DelegationDefinition(Principal.Of(head), Principal.Of(lead), DelegationId.Parse(head.Value)), stop);
        });
        await Parallel.ForAsync(0, Agents, options, async (number, stop) =>
        {
            var (agent, lead) = (NodeSetup.Agent(number), Lead(number % Budgets));
            await PutAsync(cluster, $"{path}/agents/{agent}", new AgentDefinition([new BudgetBinding(NodeSetup.Budget(number % Budgets), ScopePath.Parse(Scope))]), stop);
            await PutAsync(cluster, $"{path}/delegations/{agent}", new DelegationDefinition(Principal.Of(lead), Principal.Of(agent), DelegationId.Parse(lead.Value)), stop);
        });
    }

    /// <summary>One more agent, with a budget of its own that can be used up.</summary>
    /// <inheritdoc cref="PrepareAsync"/>
    public static async Task<AgentId> AddLimitedAsync(ClusterOfSilos cluster, string name, Quantity limit, CancellationToken cancellationToken)
    {
        var path = $"/v1/tenants/{Tenant}";
        var (agent, budget, lead) = (AgentId.Parse($"limited-{name}"), BudgetRoot.Parse($"limited-{name}"), Lead(0));
        await PutAsync(cluster, $"{path}/budgets/{budget}", Tree(limit), cancellationToken);
        await PutAsync(cluster, $"{path}/agents/{agent}", new AgentDefinition([new BudgetBinding(budget, ScopePath.Parse(Scope))]), cancellationToken);
        await PutAsync(cluster, $"{path}/delegations/{agent}", new DelegationDefinition(Principal.Of(lead), Principal.Of(agent), DelegationId.Parse(lead.Value)), cancellationToken);
        return agent;
    }

    private static BudgetDefinition Tree(Quantity limit) => new(Unit.Usd, Limit: limit, Children: Below("team", new BudgetScopeDefinition(
        Limit: limit, Children: Below("desk", new BudgetScopeDefinition(Limit: limit)))));

    private static AgentId Head(int number) => AgentId.Parse(string.Create(CultureInfo.InvariantCulture, $"head-{number:00}"));

    private static AgentId Lead(int number) => AgentId.Parse(string.Create(CultureInfo.InvariantCulture, $"lead-{number:00}"));

    private static ImmutableSortedDictionary<string, BudgetScopeDefinition> Below(string name, BudgetScopeDefinition scope) =>
        ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty.Add(name, scope);

    private static Task PutAsync<T>(ClusterOfSilos cluster, string path, T definition, CancellationToken cancellationToken) =>
        cluster.PutAsync(path, JsonSerializer.Serialize(definition, GenOpsJson.Canonical), cancellationToken);
}
