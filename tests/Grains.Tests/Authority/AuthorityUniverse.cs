using System.Collections.Immutable;
using CsCheck;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority;

/// <summary>Everything that can be granted and asked for in the property tests: few names, so that every rule is met often.</summary>
internal static class AuthorityUniverse
{
    public static readonly string[] Agents = ["a0", "a1", "a2", "a3", "a4", "a5"];

    public static readonly string[] Operations = ["inference", "tool"];

    public static readonly string[] Tools = ["search", "refund", "refund-all"];

    public static readonly string[] Providers = ["openai", "anthropic"];

    public static readonly string[] Models = ["gpt-4o", "gpt-4o-mini", "gpt-5", "o4"];

    public static readonly string[] Regions = ["eu-west", "eu-north", "us"];

    public static readonly string[] Classes = ["public", "pii", "pii-health"];

    /// <summary>Conditions, and whether they hold, written down once more.</summary>
    public static readonly ImmutableArray<(string Text, Func<WorkloadRequest, Quantity?, bool> Holds)> Conditions =
    [
        ("cost.USD > 2", (_, cost) => cost is null || cost > Quantity.FromUnits(2)),
        ("tool == \"refund\"", (request, _) => request.Tool == "refund"),
        ("\"pii\" in data and not (model == \"o4\")", (request, _) => request.DataClassifications is { } data && data.Contains("pii") && request.Model != "o4"),
        ("region in [\"us\", \"eu-west\"]", (request, _) => request.Region is "us" or "eu-west"),
    ];

    private static readonly Gen<DelegationLimits?> GenLimits =
        Gen.Select(
            Optional(Gen.Select(Gen.Int[0, 4], GenUnit(), (units, unit) => new Amount(Quantity.FromUnits(units), unit)), 4),
            Optional(
                Gen.Select(
                    Gen.Int[0, 4], GenUnit(), Gen.OneOf<BudgetPeriod?>(null, BudgetPeriod.None, BudgetPeriod.Day, BudgetPeriod.Month),
                    (units, unit, period) => new SpendLimit(Quantity.FromUnits(units), unit, period)),
                4),
            Gen.OneOf<int?>(null, null, null, 1, 5, 9),
            Gen.OneOf<int?>(null, null, null, 1, 5, 9),
            Gen.OneOf<long?>(null, null, null, 1, 5, 9),
            Gen.OneOf<int?>(null, null, null, null, 0, 1, 3, 16),
            (cost, spend, concurrent, requests, tokens, depth) => (DelegationLimits?)new DelegationLimits(cost, spend, concurrent, requests, tokens, depth));

    private static readonly Gen<Capabilities?> GenCapabilities =
        Gen.Select(
            GenList("*", "inference", "tool", "t*"),
            GenList("*", "search", "refund", "refund*", "refund-*"),
            GenList("*", "openai", "anthropic", "a*"),
            GenList("*", "gpt-*", "gpt-4*", "gpt-4o", "gpt-4o-mini", "gpt-5", "o4", "o*"),
            GenList("*", "eu-*", "eu-west", "us", "e*"),
            GenList("*", "pii", "pii*", "public", "p*"),
            (operations, tools, providers, models, regions, data) => (Capabilities?)new Capabilities(operations, tools, providers, models, regions, data));

    /// <summary>A grant, without the principals and the parent.</summary>
    public static readonly Gen<DelegationDefinition> GenGrant =
        Gen.Select(
            Optional(GenCapabilities.Select(one => one!), 2),
            Optional(GenLimits.Select(one => one!), 2),
            Gen.OneOf<int?>(null, null, null, null, 0, 1, 2),
            Gen.OneOf<int?>(null, null, null, null, 3, 4, 5),
            Gen.Int[-8, Conditions.Length - 1],
            Gen.OneOf<string?>(null, "managers", "finance"),
            (capabilities, limits, begin, end, condition, group) => new DelegationDefinition(
                default, default, null, capabilities, limits, At(begin), At(end), condition < 0 ? null : Conditions[condition].Text, condition < 0 ? null : group));

    public static readonly Gen<WorkloadRequest> GenRequest =
        Gen.Select(
            Gen.OneOf(Agents), Gen.OneOf(Operations), GenAsked(Tools), GenAsked(Providers),
            Gen.Select(GenAsked(Models), GenAsked(Regions)), Gen.OneOf(Classes).Array[0, 2],
            (agent, operation, tool, provider, place, data) => DelegationBook.Ask(agent, operation) with
            {
                Tool = tool,
                Provider = provider,
                Model = place.Item1,
                Region = place.Item2,
                DataClassifications = data.Length == 0 ? null : [.. data],
            });

    /// <summary>Three hours before noon, and each hour after.</summary>
    public static DateTimeOffset At(int hours) => DelegationBook.Noon.AddHours(hours - 3);

    private static DateTimeOffset? At(int? hours) => hours is { } some ? At(some) : null;

    private static Gen<Unit> GenUnit() => Gen.OneOf(Unit.Usd, Unit.Usd, Unit.Tokens);

    private static Gen<string?> GenAsked(string[] names) => Gen.OneOf<string?>([null, .. names]);

    private static Gen<T?> Optional<T>(Gen<T> gen, int oneIn)
        where T : class =>
        Gen.Select(gen, Gen.Int[1, oneIn], (value, at) => at == 1 ? value : null);

    private static Gen<ImmutableArray<string>?> GenList(params string[] patterns) =>
        Gen.Select(
            Gen.OneOf(patterns).Array[0, 4], Gen.Int[1, 3],
            (list, at) => at == 1 ? (ImmutableArray<string>?)[.. list] : null);
}
