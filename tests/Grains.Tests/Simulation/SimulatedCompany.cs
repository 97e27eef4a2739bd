using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
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
    public static readonly string TenantKey = ITenantGrain.Key(Acme);

    /// <summary>One tree.</summary>
    public const string OneTree = "single";

    /// <summary>Two trees, the second of which decides.</summary>
    public const string TwoTrees = "double";

    /// <summary>Two trees, one of which is the first of <see cref="TwoTrees"/>'s.</summary>
    public const string SharedTree = "sharing";

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

    public static WorkloadRequest Request(string agent, WorkloadId id, string? amount, int? ttlSeconds = null) => new(
        AgentId.Parse(agent), new Operation("answer", "inference"), new Attribution("support", "helpdesk", "test"), id,
        Estimate: amount is null ? null : Estimate.Of(new Amount(Quantity.Parse(amount), Unit.Usd)), TtlSeconds: ttlSeconds);

    public static Reconciliation Actual(string amount) => new(Actual: [new Amount(Quantity.Parse(amount), Unit.Usd)]);

    public static UsageReport Usage(string agent, WorkloadId id, string amount) => new(
        AgentId.Parse(agent), new Operation("answer", "inference"), new Attribution("support", "helpdesk", "test"),
        UsageReason.Ungoverned, id, Actual: [new Amount(Quantity.Parse(amount), Unit.Usd)]);

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
        await cluster.Get<IAgentGrain>(AgentKey(OneTree)).PutAsync(Bound("b-usd"), Maria);
        await cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).PutAsync(Bound("a-usd:team/agent", "b-usd"), Maria);
        await cluster.Get<IAgentGrain>(AgentKey(SharedTree)).PutAsync(Bound("a-usd:team", "c-usd"), Maria);
        await cluster.Get<IAgentGrain>(AgentKey(Unbound)).PutAsync(new AgentDefinition(), Maria);
    }
}
