using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// Who is under load: teams of agents below a lead each, whose authority comes from one person, and for each team a deep
/// money tree, a money tree with a limit for each customer, one that is soon used up, and a token tree that some agents
/// draw from as well. Limits have no windows, so that a check needs no calendar.
/// </summary>
public sealed class Organisation
{
    private const string DeepScope = "region/site/group/desk/seat";
    private const int CustomersMax = 40;

    private static readonly Principal Operator = Principal.Parse("user:maria");

    private readonly int _tightLimit;

    /// <summary>An organisation that does not exist yet.</summary>
    /// <param name="tenant">Its tenant.</param>
    /// <param name="teams">How many teams, each with trees of its own.</param>
    /// <param name="agentsPerTeam">How many agents besides the lead; four are of four kinds.</param>
    /// <param name="tightLimit">The limit in USD of the tree that is soon used up; 0 or more.</param>
    public Organisation(string tenant = "acme", int teams = 4, int agentsPerTeam = 4, int tightLimit = 20)
    {
        Tenant = TenantId.Parse(tenant);
        _tightLimit = tightLimit;
        Leads = [.. Enumerable.Range(1, teams).Select(Lead)];
        Agents = [.. Enumerable.Range(1, teams).SelectMany(team => Enumerable.Range(1, agentsPerTeam).Select(number => Agent(team, number)))];
    }

    /// <summary>The tenant.</summary>
    public TenantId Tenant { get; }

    /// <summary>The agents whose authority the others' is made from; they don't act.</summary>
    public IReadOnlyList<AgentId> Leads { get; }

    /// <summary>The agents that act.</summary>
    public IReadOnlyList<LoadedAgent> Agents { get; }

    /// <summary>The tenant's path.</summary>
    public string Path => $"/v1/tenants/{Tenant}";

    /// <summary>The delegation that an agent has at first.</summary>
    public static string FirstDelegation(AgentId agent) => $"d-{agent}-1";

    /// <summary>One of the customers that workloads are for.</summary>
    public static string Customer(Random random) => string.Create(CultureInfo.InvariantCulture, $"c-{random.Next(CustomersMax)}");

    /// <summary>Makes the tenant, its budgets, its agents and their delegations, and writes the grants down.</summary>
    /// <exception cref="HarnessException">It is refused.</exception>
    public async Task PrepareAsync(ClusterOfSilos cluster, History history, CancellationToken cancellationToken)
    {
        await cluster.PutAsync(Path, "{}", cancellationToken);
        for (var team = 1; team <= Leads.Count; team++)
        {
            foreach (var (root, definition) in Budgets(team))
                await cluster.PutAsync($"{Path}/budgets/{root}", JsonSerializer.Serialize(definition, GenOpsJson.Canonical), cancellationToken);
        }

        foreach (var lead in Leads)
        {
            await cluster.PutAsync($"{Path}/agents/{lead}", """{ "budgets": [] }""", cancellationToken);
            await GrantAsync(cluster, history, lead, FirstDelegation(lead), null, cancellationToken);
        }

        foreach (var agent in Agents)
        {
            var definition = new AgentDefinition([.. agent.Draws.Select(draw => new BudgetBinding(BudgetRoot.Parse(draw.Root), ScopePath.Parse(draw.Scope)))]);
            await cluster.PutAsync($"{Path}/agents/{agent.Id}", JsonSerializer.Serialize(definition, GenOpsJson.Canonical), cancellationToken);
            await GrantAsync(cluster, history, agent.Id, FirstDelegation(agent.Id), FirstDelegation(agent.Lead), cancellationToken);
        }
    }

    /// <summary>The body of a delegation to <paramref name="agent"/>, from a person or from its lead's delegation.</summary>
    internal string Delegation(AgentId agent, string? parent) => JsonSerializer.Serialize(
        parent is null
            ? new DelegationDefinition(Operator, Principal.Of(agent))
            : new DelegationDefinition(Principal.Of(Agents.First(one => one.Id == agent).Lead), Principal.Of(agent), DelegationId.Parse(parent)),
        GenOpsJson.Canonical);

    private static AgentId Lead(int team) => AgentId.Parse($"lead-{team}");

    private static LoadedAgent Agent(int team, int number)
    {
        var deep = new LoadedDraw($"deep-{team}", DeepScope, Unit.Usd);
        var values = new LoadedDraw($"values-{team}", "desk", Unit.Usd);
        var tight = new LoadedDraw($"tight-{team}", "desk", Unit.Usd);
        var tokens = new LoadedDraw($"tokens-{team}", "desk", Unit.Tokens);
        LoadedDraw[] draws = (number % 4) switch
        {
            1 => [deep],
            2 => [values],
            3 => [deep, tokens],
            _ => [tight, tokens],
        };
        return new LoadedAgent(AgentId.Parse($"agent-{team}-{number}"), Lead(team), draws, draws.Contains(values));
    }

    private IEnumerable<(string Root, BudgetDefinition Definition)> Budgets(int team)
    {
        var limit = 100_000_000m;
        BudgetScopeDefinition? below = null;
        foreach (var segment in DeepScope.Split('/').Reverse().Append(""))
        {
            var children = below is null ? null : System.Collections.Immutable.ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty.Add(Below(segment), below);
            below = new BudgetScopeDefinition(Limit: Of(limit), Children: children);
            limit *= 2;
        }

        yield return ($"deep-{team}", new BudgetDefinition(Unit.Usd, Limit: below!.Limit, Children: below.Children));
        yield return ($"values-{team}", new BudgetDefinition(
            Unit.Usd, Limit: Of(1_000_000_000), Children: Desk(null) , PerValue: System.Collections.Immutable.ImmutableSortedDictionary<string, PerValueDefinition>.Empty
                .Add("customerId", new PerValueDefinition(Limit: Of(25)))));
        yield return ($"tight-{team}", new BudgetDefinition(Unit.Usd, Limit: Of(_tightLimit * 2), Children: Desk(_tightLimit)));
        yield return ($"tokens-{team}", new BudgetDefinition(Unit.Tokens, Limit: Of(1_000_000_000_000), Children: Desk(null)));
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, BudgetScopeDefinition> Desk(int? limit) =>
        System.Collections.Immutable.ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty.Add(
            "desk", new BudgetScopeDefinition(Limit: limit is { } number ? Of(number) : null));

    // The segment that follows this one in the deep scope.
    private static string Below(string segment)
    {
        var segments = DeepScope.Split('/');
        return segments[Array.IndexOf(segments, segment) + 1];
    }

    private static Quantity Of(decimal amount) => Quantity.Parse(amount.ToString(CultureInfo.InvariantCulture));

    private async Task GrantAsync(ClusterOfSilos cluster, History history, AgentId agent, string delegation, string? parent, CancellationToken cancellationToken)
    {
        var began = history.Now;
        var answer = await cluster.PutAsync($"{Path}/delegations/{delegation}", Delegation(agent, parent), cancellationToken);
        history.Add(new Call(
            CallKind.Grant, Tenant.Value, agent.Value, delegation, "setup", began, history.Now, CallEnd.Answered, CanonicalText.Of(answer), From: parent));
    }
}
