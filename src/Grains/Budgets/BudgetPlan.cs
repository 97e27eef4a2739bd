using System.Collections.Frozen;
using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A <see cref="BudgetDefinition"/> worked out: valid, with inherited values filled in and scopes by path.</summary>
internal sealed class BudgetPlan
{
    /// <summary>The most scopes on demand if the definition does not say.</summary>
    public const int OnDemandDefault = 100_000;

    /// <summary>How many scopes on demand a budget remembers at least, about 350 bytes each.</summary>
    public const int OnDemandKeptMin = 1_000;

    private BudgetPlan(BudgetDefinition definition, IEnumerable<PlannedScope> scopes)
    {
        Definition = definition;
        ZoneId = definition.TimeZone ?? "UTC";
        OnExpiry = definition.OnExpiry ?? ExpiryAction.Keep;
        IsEnforced = definition.Mode is not BudgetMode.Observe;
        UsesHistory = definition.Estimate is EstimateBasis.P95;
        Alerts = definition.Alerts is { } alerts ? [.. alerts.Order()] : [];
        Scopes = scopes.ToFrozenDictionary(scope => scope.Path);
        Root = Scopes[ScopePath.Root];
    }

    public BudgetDefinition Definition { get; }

    public Unit Unit => Definition.Unit;

    public string ZoneId { get; }

    public ExpiryAction OnExpiry { get; }

    public DefaultPrice? DefaultPrice => Definition.DefaultPrice;

    /// <summary>Whether what does not fit is refused, and not only told.</summary>
    public bool IsEnforced { get; }

    /// <summary>Whether less than the most is held where the history of a model allows.</summary>
    public bool UsesHistory { get; }

    public int? WarnAt => Definition.WarnAt;

    /// <summary>The thresholds of alerts in percent, ascending.</summary>
    public ImmutableArray<int> Alerts { get; }

    public int OnDemandScopesMax => Definition.MaxScopes ?? OnDemandDefault;

    /// <summary>How many scopes on demand stay in memory although they have lapsed.</summary>
    public int OnDemandKeptMax => Math.Max(OnDemandKeptMin, OnDemandScopesMax / 2);

    /// <summary>Every scope that the definition names, the root included.</summary>
    public FrozenDictionary<ScopePath, PlannedScope> Scopes { get; }

    public PlannedScope Root { get; }

    /// <summary>The plan of a definition that somebody wants.</summary>
    /// <exception cref="Errors.InvalidRequestException">The definition is not valid.</exception>
    public static BudgetPlan From(BudgetDefinition definition)
    {
        BudgetDefinitionRules.Require(definition);
        return Of(definition);
    }

    /// <summary>The plan of a definition that was taken once: rules that are stricter today don't undo what has happened.</summary>
    public static BudgetPlan Of(BudgetDefinition definition)
    {
        var scopes = new List<PlannedScope>();
        Add(
            scopes, ScopePath.Root, null, definition.Period ?? BudgetPeriod.None,
            new BudgetScopeDefinition(definition.Limits, definition.Limit, definition.Period, definition.Children, definition.PerValue));
        return new BudgetPlan(definition, scopes);
    }

    /// <summary>This plan, put in the place of <paramref name="before"/> at <paramref name="at"/>.</summary>
    public BudgetPlan After(BudgetPlan before, DateTimeOffset at, CalendarHistory calendar) => With((path, attribute, terms) =>
        before.Terms(path, attribute) is { } known ? LimitTerm.Follow(known, terms, at, calendar) : terms);

    /// <summary>This plan with the terms that <paramref name="follow"/> makes of those of each scope and rule.</summary>
    public BudgetPlan With(Func<ScopePath, string?, ImmutableArray<LimitTerm>, ImmutableArray<LimitTerm>> follow)
    {
        var scopes = new Dictionary<ScopePath, PlannedScope>();
        foreach (var scope in Scopes.Values.OrderBy(scope => scope.Way.Length))
        {
            scopes.Add(scope.Path, new PlannedScope(
                scope.Path,
                scope.Above is { } above ? scopes[above.Path] : null,
                follow(scope.Path, null, scope.Limits),
                [.. scope.Rules.Select(rule => rule with { Limits = follow(scope.Path, rule.Attribute, rule.Limits) })]).Placed());
        }

        return new BudgetPlan(Definition, scopes.Values);
    }

    /// <summary>The terms of a scope, or of its rule for <paramref name="attribute"/>; null if there is no such.</summary>
    public ImmutableArray<LimitTerm>? Terms(ScopePath path, string? attribute) =>
        Scopes.GetValueOrDefault(path) is not { } scope ? null
        : attribute is null ? scope.Limits
        : scope.Rules.FirstOrDefault(rule => rule.Attribute == attribute)?.Limits;

    /// <summary>The terms of a scope, named or on demand; null if nothing makes such a scope.</summary>
    public ImmutableArray<LimitTerm>? TermsOf(ScopePath path) =>
        path.IsOnDemand ? Terms(path.Parent!.Value, path.Name[..path.Name.IndexOf('=', StringComparison.Ordinal)]) : Terms(path, null);

    private static void Add(
        List<PlannedScope> scopes, ScopePath path, PlannedScope? above, BudgetPeriod inherited, BudgetScopeDefinition scope)
    {
        var period = scope.Period ?? inherited;
        var rules = (scope.PerValue ?? ImmutableSortedDictionary<string, PerValueDefinition>.Empty)
            .Select(rule => new PerValueRule(
                rule.Key, Limits(rule.Value.Limits, rule.Value.Limit, rule.Value.Period ?? period), rule.Value.Optional ?? false))
            .OrderBy(rule => rule.Attribute, StringComparer.Ordinal);
        var planned = new PlannedScope(path, above, Limits(scope.Limits, scope.Limit, period), [.. rules]).Placed();
        scopes.Add(planned);
        foreach (var (name, child) in scope.Children ?? ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty)
            Add(scopes, path.Child(name), planned, period, child);
    }

    private static ImmutableArray<LimitTerm> Limits(ImmutableArray<BudgetLimit>? list, Quantity? single, BudgetPeriod period) =>
        single is { } one ? [new LimitTerm(one, period)] : [.. (list ?? []).Select(limit => new LimitTerm(limit.Limit, limit.Period))];
}
