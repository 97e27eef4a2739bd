using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>The tenant of the simulations: who draws from what, and the requests that they make.</summary>
internal static class SimulatedCompany
{
    public static readonly TenantId Acme = TenantId.Parse("acme");
    public static readonly Principal Maria = Principal.Parse("user:maria");
    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    public static readonly string TenantKey = ITenantGrain.Key(Acme);

    /// <summary>One tree.</summary>
    public const string OneTree = "single";

    /// <summary>Two trees, the second of which decides.</summary>
    public const string TwoTrees = "double";

    /// <summary>Two trees, one of which is the first of <see cref="TwoTrees"/>'s.</summary>
    public const string SharedTree = "sharing";

    /// <summary>Two trees with limits for each feature and customer, the first of which only observes.</summary>
    public const string Metered = "metered";

    /// <summary>One tree with limits for each customer; it asks for tokens of a model.</summary>
    public const string Modelled = "modelled";

    /// <summary>No budget but the built-in one.</summary>
    public const string Unbound = "unbound";

    public static string AgentKey(string agent) => IAgentGrain.Key(Acme, AgentId.Parse(agent));

    public static string BudgetKey(string root) => IBudgetGrain.Key(Acme, BudgetRoot.Parse(root));

    public static AgentDefinition Bound(params ReadOnlySpan<string> paths)
    {
        var bindings = ImmutableArray.CreateBuilder<BudgetBinding>();
        foreach (var path in paths)
        {
            var parts = path.Split(':');
            bindings.Add(new BudgetBinding(BudgetRoot.Parse(parts[0]), ScopePath.Parse(parts.ElementAtOrDefault(1) ?? "")));
        }

        return new AgentDefinition(bindings.ToImmutable());
    }

    public static BudgetDefinition Usd(string limit) => new(Unit.Usd, Limit: Quantity.Parse(limit));

    /// <summary>A tree of three levels with limits of every period, in a zone that changes its clock.</summary>
    public static BudgetDefinition Tree(int root, int team, int agent) => new(
        Unit.Usd,
        [new BudgetLimit(Quantity.FromUnits(root), BudgetPeriod.None), new BudgetLimit(Quantity.FromUnits(root / 2), BudgetPeriod.Day)],
        TimeZone: "Europe/Berlin",
        Children: ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty.Add("team", new BudgetScopeDefinition(
            [new BudgetLimit(Quantity.FromUnits(team), BudgetPeriod.Month)],
            Children: ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty.Add(
                "agent", new BudgetScopeDefinition(Limit: Quantity.FromUnits(agent), Period: BudgetPeriod.Day)))));

    /// <summary>The tree with limits of other periods, in another zone.</summary>
    public static BudgetDefinition Moved(Random random) => Tree(random.Next(20, 40), random.Next(10, 30), random.Next(5, 12)) with
    {
        Limits = [new BudgetLimit(Quantity.FromUnits(random.Next(20, 40)), BudgetPeriod.None), new BudgetLimit(Quantity.FromUnits(random.Next(8, 20)), Any(random, BudgetPeriod.Day, BudgetPeriod.Hour, BudgetPeriod.Week))],
        TimeZone = Any(random, "Europe/Berlin", "Asia/Kolkata", "America/New_York"),
    };

    /// <summary>A tree that refuses nothing, and warns of what it would have refused.</summary>
    public static BudgetDefinition Observed() => new(
        Unit.Usd,
        [new BudgetLimit(Quantity.FromUnits(3), BudgetPeriod.Hour), new BudgetLimit(Quantity.FromUnits(8), BudgetPeriod.Day)],
        TimeZone: "Asia/Kolkata", Mode: BudgetMode.Observe, WarnAt: 80, Alerts: [100], MaxScopes: 3,
        PerValue: ImmutableSortedDictionary<string, PerValueDefinition>.Empty.Add("feature", new PerValueDefinition(Limit: Quantity.FromUnits(2), Period: BudgetPeriod.Hour)));

    /// <summary>A tree with everything: limits for each customer, warnings, alerts, estimates from history, any calendar.</summary>
    public static BudgetDefinition Everything(Random random) => new(
        Unit.Usd,
        [
            new BudgetLimit(Quantity.FromUnits(random.Next(20, 60)), BudgetPeriod.None),
            new BudgetLimit(Quantity.FromUnits(random.Next(6, 20)), Any(random, BudgetPeriod.Day, BudgetPeriod.Month, BudgetPeriod.Year)),
        ],
        TimeZone: Any(random, "Asia/Kolkata", "America/New_York", "Europe/Berlin"),
        WeekStart: Any(random, WeekDay.Monday, WeekDay.Sunday),
        FiscalYearStart: Any(random, 1, 4, 12),
        WarnAt: 80,
        Alerts: Any<ImmutableArray<int>>(random, [50, 80, 100], [30, 80]),
        Estimate: Any(random, EstimateBasis.P95, EstimateBasis.P95, EstimateBasis.Max),
        MaxScopes: random.Next(2, 6),
        OnExpiry: Any(random, ExpiryAction.Keep, ExpiryAction.Release),
        Children: ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty.Add("nlp", new BudgetScopeDefinition(
            [new BudgetLimit(Quantity.FromUnits(random.Next(5, 15)), Any(random, BudgetPeriod.Hour, BudgetPeriod.Week, BudgetPeriod.Quarter))],
            PerValue: ImmutableSortedDictionary<string, PerValueDefinition>.Empty.Add("customerId", new PerValueDefinition(
            [
                new BudgetLimit(Quantity.FromUnits(random.Next(3, 6)), BudgetPeriod.Hour),
                new BudgetLimit(Quantity.FromUnits(random.Next(4, 9)), BudgetPeriod.Day),
            ])))));

    public static WorkloadRequest Request(
        string agent, WorkloadId id, string? amount, int? ttlSeconds = null, string? customer = null, string? feature = null) => new(
        AgentId.Parse(agent), new Operation("answer", "inference"), new Attribution("support", "helpdesk", "test", customer, feature), id,
        Estimate: amount is null ? null : Estimate.Of(new Amount(Quantity.Parse(amount), Unit.Usd)), TtlSeconds: ttlSeconds);

    /// <summary>A request that costs at most 0.065 USD, and 0.025 at least.</summary>
    public static WorkloadRequest Tokens(string agent, WorkloadId id, int? ttlSeconds, string? customer) =>
        Request(agent, id, null, ttlSeconds, customer) with { Provider = "openai", Model = "gpt-4o", Estimate = Estimate.OfTokens(10_000, 4_000) };

    public static Reconciliation Actual(string amount) => new(Actual: [new Amount(Quantity.Parse(amount), Unit.Usd)]);

    public static UsageReport Usage(string agent, WorkloadId id, string amount, DateTimeOffset? occurredAt = null, string? customer = null) => new(
        AgentId.Parse(agent), new Operation("answer", "inference"), new Attribution("support", "helpdesk", "test", customer),
        UsageReason.Ungoverned, id, Actual: [new Amount(Quantity.Parse(amount), Unit.Usd)], OccurredAt: occurredAt);

    public static T Any<T>(Random random, params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    /// <summary>An id made at <paramref name="instant"/>, the same for the same chance.</summary>
    public static WorkloadId Id(DateTimeOffset instant, Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        var unixMs = instant.ToUnixTimeMilliseconds();
        for (var index = 5; index >= 0; index--)
        {
            bytes[index] = (byte)unixMs;
            unixMs >>= 8;
        }

        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return WorkloadId.Parse(new Guid(bytes, bigEndian: true).ToString("D"));
    }

    /// <summary>Defines the tenant, its budgets and its agents.</summary>
    public static async Task FoundAsync(SimulatedCluster cluster)
    {
        await cluster.Get<ITenantGrain>(TenantKey).PutAsync(new TenantDefinition("Acme"), Maria);
        await cluster.Get<IBudgetGrain>(BudgetKey("a-usd")).PutAsync(Tree(30, 20, 9), Maria);
        await cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).PutAsync(Usd("25"), Maria);
        await cluster.Get<IBudgetGrain>(BudgetKey("c-usd")).PutAsync(Usd("15") with { OnExpiry = ExpiryAction.Release }, Maria);
        await cluster.Get<IBudgetGrain>(BudgetKey("d-usd")).PutAsync(Observed(), Maria);
        await cluster.Get<IBudgetGrain>(BudgetKey("e-usd")).PutAsync(Everything(new Random(1)), Maria);
        await RegisterAsync(cluster, Metered, Bound("d-usd", "e-usd:nlp"));
        await RegisterAsync(cluster, Modelled, Bound("e-usd:nlp"));
        await RegisterAsync(cluster, OneTree, Bound("b-usd"));
        await RegisterAsync(cluster, TwoTrees, Bound("a-usd:team/agent", "b-usd"));
        await RegisterAsync(cluster, SharedTree, Bound("a-usd:team", "c-usd"));
        await RegisterAsync(cluster, Unbound, new AgentDefinition());
    }

    /// <summary>An agent that may do everything on Maria's authority.</summary>
    public static async Task<DelegationView> RegisterAsync(SimulatedCluster cluster, string agent, AgentDefinition definition)
    {
        await cluster.Get<IAgentGrain>(AgentKey(agent)).PutAsync(definition, Maria);
        return await cluster.Get<IAgentGrain>(AgentKey(agent)).PutDelegationAsync(
            DelegationId.Parse(agent), new DelegationDefinition(Maria, Principal.Of(AgentId.Parse(agent))), Maria);
    }
}
