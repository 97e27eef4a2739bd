using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Bench.Compare;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Bench.Depth;

/// <summary>A flat budget, and one whose charged scope lies six levels below the root, with a limit on the root and on each level.</summary>
internal static class DepthTrees
{
    /// <summary>How many levels lie below the root.</summary>
    public const int Levels = 6;

    private static readonly (string Name, BudgetPeriod Period)[] Names =
    [
        ("emea", BudgetPeriod.Quarter), ("retail", BudgetPeriod.Month), ("support", BudgetPeriod.Week),
        ("chat", BudgetPeriod.Day), ("answers", BudgetPeriod.Hour), ("drafts", BudgetPeriod.None),
    ];

    /// <summary>The scope that is charged in the deep tree.</summary>
    public static ScopePath Deepest { get; } = ScopePath.Parse(string.Join('/', Names.Select(level => level.Name)));

    /// <summary>The flat budget: one limit.</summary>
    public static BudgetDefinition Flat { get; } = NodeSetup.Flat with { Limit = null, Limits = [NodeSetup.Every(BudgetPeriod.Month)] };

    /// <summary>The deep one: seven limits, each of another kind of window.</summary>
    public static BudgetDefinition Deep { get; } = NodeSetup.Flat with
    {
        Limit = null,
        Limits = [NodeSetup.Every(BudgetPeriod.Year)],
        Children = Below(0),
    };

    /// <summary>One flat budget for so many agents.</summary>
    public static Side FlatSide(int agents) => Side("flat", NodeSetup.Budget(0), Flat, ScopePath.Root, agents);

    /// <summary>One deep budget for so many agents.</summary>
    public static Side DeepSide(int agents) => Side("six levels deep", NodeSetup.Budget(1), Deep, Deepest, agents);

    private static Side Side(string name, BudgetRoot root, BudgetDefinition definition, ScopePath scope, int agents) =>
        new(name, [(root, definition)], [.. Enumerable.Repeat(new BudgetBinding(root, scope), agents)]);

    private static ImmutableSortedDictionary<string, BudgetScopeDefinition>? Below(int level) => level == Names.Length ? null
        : ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty.Add(
            Names[level].Name, new BudgetScopeDefinition([NodeSetup.Every(Names[level].Period)], Children: Below(level + 1)));
}
