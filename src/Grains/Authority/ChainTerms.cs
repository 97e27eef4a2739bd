using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// What the links of a chain permit together, made once: a request is held against this and not against each link, so
/// that a long chain costs a decision no more than a short one.
/// </summary>
internal sealed class ChainTerms
{
    /// <summary>The terms of these links, the topmost first.</summary>
    public ChainTerms(ImmutableArray<Delegation> links)
    {
        var costs = ImmutableArray.CreateBuilder<Amount>();
        var spends = ImmutableArray.CreateBuilder<SpendLink>();
        var conditions = ImmutableArray.CreateBuilder<Delegation>();
        Unit? unit = null;
        Capabilities? capabilities = null;
        var depth = DelegationDefinition.ChainLengthMax - links.Length;
        for (var i = 0; i < links.Length; i++)
        {
            var (definition, limits) = (links[i].Definition, links[i].Definition.Limits);
            IsRevoked |= links[i].Revoked is not null;
            NotBefore = definition.NotBefore > NotBefore || NotBefore is null ? definition.NotBefore ?? NotBefore : NotBefore;
            ExpiresAt = definition.ExpiresAt < ExpiresAt || ExpiresAt is null ? definition.ExpiresAt ?? ExpiresAt : ExpiresAt;
            capabilities = Intersect(capabilities, definition.Capabilities);
            if (limits?.CostPerOperation is { } cost)
                AddLeast(costs, cost);
            if (limits?.Spend is { } spend)
            {
                unit ??= spend.Unit;
                if (spend.Unit != unit)
                    throw new InvariantViolationException($"delegation {links[i].Id} limits spend in {spend.Unit}, and one above it in {unit}");
                spends.Add(new SpendLink(links[i].Id, spend.Quantity, spend.Period ?? BudgetPeriod.None, links[i].Version));
            }

            MaxConcurrent = Least(MaxConcurrent, limits?.MaxConcurrent);
            RequestsPerMinute = Least(RequestsPerMinute, limits?.RequestsPerMinute);
            TokensPerMinute = Least(TokensPerMinute, limits?.TokensPerMinute);
            if (limits?.MaxDepth is { } most)
                depth = Math.Min(depth, most - (links.Length - 1 - i));
            if (links[i].ApprovalWhen is not null)
                conditions.Add(links[i]);
        }

        Capabilities = capabilities ?? Everything;
        CostPerOperation = costs.ToImmutable();
        Conditions = conditions.ToImmutable();
        DepthLeft = Math.Max(0, depth);
        Spend = unit is { } counted ? new SpendChain(counted, spends.ToImmutable()) : null;
        FirstGap = GapOf(links);
    }

    /// <summary>The capabilities that narrow nothing.</summary>
    public static Capabilities Everything { get; } = new();

    /// <summary>The intersection of the lists.</summary>
    public Capabilities Capabilities { get; }

    /// <summary>The least limit in each unit, in the order in which the units occur.</summary>
    public ImmutableArray<Amount> CostPerOperation { get; }

    /// <summary>The limits of spend; null if there are none.</summary>
    public SpendChain? Spend { get; }

    /// <summary>The links with a condition, the topmost first.</summary>
    public ImmutableArray<Delegation> Conditions { get; }

    /// <summary>The least of the links; null for no limit.</summary>
    public int? MaxConcurrent { get; }

    /// <summary>The least of the links; null for no limit.</summary>
    public int? RequestsPerMinute { get; }

    /// <summary>The least of the links; null for no limit.</summary>
    public long? TokensPerMinute { get; }

    /// <summary>How many delegations may follow below; 0 or more.</summary>
    public int DepthLeft { get; }

    /// <summary>When the last of the links begins; null for at once.</summary>
    public DateTimeOffset? NotBefore { get; }

    /// <summary>When the first of the links ends; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>Whether a link was revoked.</summary>
    public bool IsRevoked { get; }

    /// <summary>The topmost link above which the one that it passes on is missing; null for an unbroken chain from a person.</summary>
    public Delegation? FirstGap { get; }

    private static Capabilities? Intersect(Capabilities? above, Capabilities? below) =>
        above is null || below is null
            ? above ?? below
            : new Capabilities(
                CapabilityPatterns.Intersect(above.Operations, below.Operations),
                CapabilityPatterns.Intersect(above.Tools, below.Tools),
                CapabilityPatterns.Intersect(above.Providers, below.Providers),
                CapabilityPatterns.Intersect(above.Models, below.Models),
                CapabilityPatterns.Intersect(above.Regions, below.Regions),
                CapabilityPatterns.Intersect(above.Data, below.Data));

    private static T? Least<T>(T? left, T? right)
        where T : struct, IComparable<T> =>
        left is not { } one ? right : right is not { } other || one.CompareTo(other) <= 0 ? left : right;

    private static void AddLeast(ImmutableArray<Amount>.Builder costs, Amount cost)
    {
        for (var i = 0; i < costs.Count; i++)
        {
            if (costs[i].Unit != cost.Unit)
                continue;
            if (cost.Quantity < costs[i].Quantity)
                costs[i] = cost;
            return;
        }

        costs.Add(cost);
    }

    private static Delegation? GapOf(ImmutableArray<Delegation> links)
    {
        for (var i = 0; i < links.Length; i++)
        {
            var definition = links[i].Definition;
            var holds = i == 0
                ? definition.Parent is null && !definition.From.IsAgent
                : definition.Parent == links[i - 1].Id && definition.From == links[i - 1].Definition.To;
            if (!holds)
                return links[i];
        }

        return null;
    }
}
