using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Demo.Organisations;
using Spectre.Console;

namespace GenOps.ControlPlane.Silo.Demo.Screens;

/// <summary>Who passed what on to whom, as a tree below the person.</summary>
/// <param name="isLive">Whether lines may be more than plain text.</param>
internal sealed class AuthorityTree(bool isLive)
{
    /// <summary>The tree of a person's delegation.</summary>
    public Tree Of(GrantForest grants, DelegationId root)
    {
        var top = grants[root];
        var tree = new Tree(Markup.Escape(top.Definition.From.Value)) { Guide = isLive ? TreeGuide.Line : TreeGuide.Ascii };
        Add(tree, grants, top);
        return tree;
    }

    private static void Add(IHasTreeNodes above, GrantForest grants, Grant grant)
    {
        var node = above.AddNode(Markup.Escape($"{grant.Grantee}  [{grant.Id}] {Terms(grant.Definition)}"));
        foreach (var below in grants.Below(grant.Id))
            Add(node, grants, below);
    }

    private static string Terms(DelegationDefinition definition)
    {
        var limits = definition.Limits;
        return string.Join(", ", Parts());

        IEnumerable<string> Parts()
        {
            if (definition.Capabilities?.Operations is { } operations)
                yield return string.Join("/", operations);
            if (definition.Capabilities?.Models is { } models)
                yield return $"{models.Length} models";
            if (definition.Capabilities?.Data is { } data)
                yield return $"{string.Join("/", data)} data";
            if (limits?.Spend is { } spend)
                yield return $"{spend.Quantity} {spend.Unit} a {spend.Period?.ToString().ToLowerInvariant()}";
            if (limits?.CostPerOperation is { } cost)
                yield return $"{cost.Quantity} {cost.Unit} a call";
            if (limits?.MaxDepth is { } depth)
                yield return depth == 0 ? "not to be passed on" : $"passed on {depth} deep at most";
        }
    }
}
