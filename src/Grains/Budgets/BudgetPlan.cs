using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A <see cref="BudgetDefinition"/> worked out: valid, with inherited values filled in and scopes by path.</summary>
internal sealed class BudgetPlan
{
    /// <summary>The most scopes that a definition may name.</summary>
    public const int ScopesMax = 10_000;

    /// <summary>The most limits of one scope.</summary>
    public const int LimitsMax = 8;

    /// <summary>The most scopes on demand if the definition does not say.</summary>
    public const int OnDemandDefault = 100_000;

    /// <summary>The most scopes on demand that a definition may ask for.</summary>
    public const int OnDemandMax = 1_000_000;

    /// <summary>The most thresholds of alerts.</summary>
    public const int AlertsMax = 16;

    /// <summary>The highest default price, of a million tokens: that of the largest count of tokens is still an amount.</summary>
    public static readonly Quantity DefaultPriceMax = Quantity.FromUnits(100_000_000_000);

    private const int AlertPercentMax = 1000;

    private static readonly SearchValues<char> ZoneCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");

    private const string PeriodRule = "must be none, hour, day, week, month, quarter or year";

    private BudgetPlan(BudgetDefinition definition, TimeZoneInfo zone, IEnumerable<PlannedScope> scopes)
    {
        Definition = definition;
        ZoneId = zone.Id;
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

    /// <summary>Every scope that the definition names, the root included.</summary>
    public FrozenDictionary<ScopePath, PlannedScope> Scopes { get; }

    public PlannedScope Root { get; }

    /// <exception cref="InvalidRequestException">The definition is not valid.</exception>
    public static BudgetPlan From(BudgetDefinition definition)
    {
        if (!Unit.TryParse(definition.Unit.Code, null, out _))
            throw new InvalidRequestException("unit", "is required: an ISO 4217 currency code or a unit's name");

        RequirePrice(definition);
        if (definition.OnExpiry is { } action && !Enum.IsDefined(action))
            throw new InvalidRequestException("onExpiry", "must be keep or release");
        if (definition.WeekStart is { } day && !Enum.IsDefined(day))
            throw new InvalidRequestException("weekStart", "must be a day of the week, monday to sunday");
        if (definition.FiscalYearStart is < 1 or > 12)
            throw new InvalidRequestException("fiscalYearStart", "is the month in which the fiscal year begins, 1 to 12");
        if (definition.WarnAt is < 1 or > 100)
            throw new InvalidRequestException("warnAt", "is a percentage from 1 to 100");
        if (definition.Mode is { } mode && !Enum.IsDefined(mode))
            throw new InvalidRequestException("mode", "must be enforce or observe");
        if (definition.Estimate is { } estimate && !Enum.IsDefined(estimate))
            throw new InvalidRequestException("estimate", "must be max or p95");
        if (definition.MaxScopes is < 1 or > OnDemandMax)
            throw new InvalidRequestException("maxScopes", $"must be from 1 to {OnDemandMax}");
        RequireAlerts(definition.Alerts);

        var scopes = new List<PlannedScope>();
        Add(
            scopes, ScopePath.Root, null, "", definition.Period ?? BudgetPeriod.None,
            new BudgetScopeDefinition(definition.Limits, definition.Limit, definition.Period, definition.Children, definition.PerValue));
        return new BudgetPlan(definition, FindZone(definition.TimeZone), scopes);
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

        return new BudgetPlan(Definition, FindZone(ZoneId), scopes.Values);
    }

    /// <summary>The terms of a scope, or of its rule for <paramref name="attribute"/>; null if there is no such.</summary>
    public ImmutableArray<LimitTerm>? Terms(ScopePath path, string? attribute) =>
        Scopes.GetValueOrDefault(path) is not { } scope ? null
        : attribute is null ? scope.Limits
        : scope.Rules.FirstOrDefault(rule => rule.Attribute == attribute)?.Limits;

    /// <summary>The terms of a scope, named or on demand; null if nothing makes such a scope.</summary>
    public ImmutableArray<LimitTerm>? TermsOf(ScopePath path) =>
        path.IsOnDemand ? Terms(path.Parent!.Value, path.Name[..path.Name.IndexOf('=', StringComparison.Ordinal)]) : Terms(path, null);

    private static void RequirePrice(BudgetDefinition definition)
    {
        if (definition.DefaultPrice is not { } price)
            return;

        if (price.InputPerMillion.IsNegative || price.OutputPerMillion.IsNegative)
            throw new InvalidRequestException("defaultPrice", "must not be negative");
        if (price.InputPerMillion > DefaultPriceMax || price.OutputPerMillion > DefaultPriceMax)
            throw new InvalidRequestException("defaultPrice", $"must be at most {DefaultPriceMax} for a million tokens");
        if (price.Currency != definition.Unit)
            throw new InvalidRequestException("defaultPrice.currency", $"must be the budget's unit, {definition.Unit}");
    }

    private static void RequireAlerts(ImmutableArray<int>? alerts)
    {
        if (alerts is not { } thresholds)
            return;
        if (thresholds.IsDefault || thresholds.Length > AlertsMax)
            throw new InvalidRequestException("alerts", $"is a list of at most {AlertsMax} percentages");
        for (var i = 0; i < thresholds.Length; i++)
        {
            if (thresholds[i] is < 1 or > AlertPercentMax)
                throw new InvalidRequestException($"alerts[{i}]", $"is a percentage from 1 to {AlertPercentMax}");
            if (thresholds.IndexOf(thresholds[i]) < i)
                throw new InvalidRequestException($"alerts[{i}]", "is there already");
        }
    }

    private static TimeZoneInfo FindZone(string? name)
    {
        if (name is null or "UTC")
            return TimeZoneInfo.Utc;

        // Not all that the system finds is an IANA name: Windows' own names, this machine's local time, paths to other
        // files; and a name in another case is found only while the right one happens to be in memory.
        return name.Length is > 0 and <= 64 && char.IsAsciiLetterUpper(name[0]) && !name.AsSpan().ContainsAnyExcept(ZoneCharacters)
            && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId && zone.Id == name
            ? zone
            : throw new InvalidRequestException("timeZone", "is an IANA time zone such as Europe/Berlin");
    }

    private static void Add(
        List<PlannedScope> scopes, ScopePath path, PlannedScope? above, string field, BudgetPeriod inherited, BudgetScopeDefinition scope)
    {
        if (scopes.Count == ScopesMax)
            throw new InvalidRequestException("children", $"a budget names at most {ScopesMax} scopes");

        var period = scope.Period ?? inherited;
        if (!Enum.IsDefined(period))
            throw new InvalidRequestException($"{field}period", PeriodRule);

        var planned = new PlannedScope(
            path, above, Limits(field, scope.Limits, scope.Limit, period), Rules(field, path, period, scope.PerValue)).Placed();
        scopes.Add(planned);
        foreach (var (name, child) in scope.Children ?? ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty)
        {
            ScopePath below;
            try
            {
                below = path.Child(NameSyntax.Require(name, "a scope name"));
            }
            catch (FormatException error)
            {
                throw new InvalidRequestException($"{field}children", error.Message);
            }

            if (child is null)
                throw new InvalidRequestException($"{field}children.{name}", "must be an object; {} is a scope without a limit");
            Add(scopes, below, planned, $"{field}children.{name}.", period, child);
        }
    }

    private static ImmutableArray<PerValueRule> Rules(
        string field, ScopePath path, BudgetPeriod inherited, ImmutableSortedDictionary<string, PerValueDefinition>? rules)
    {
        var planned = ImmutableArray.CreateBuilder<PerValueRule>();
        foreach (var (attribute, rule) in rules ?? ImmutableSortedDictionary<string, PerValueDefinition>.Empty)
        {
            if (!ScopeAttribute.Names.Contains(attribute, StringComparer.Ordinal))
                throw new InvalidRequestException($"{field}perValue.{attribute}", $"is no attribute that makes scopes: name one of {string.Join(", ", ScopeAttribute.Names)}");
            var within = $"{field}perValue.{attribute}";
            if (rule is null)
                throw new InvalidRequestException(within, "must be an object with a limit");
            if (path.Segments.Length == ScopePath.DepthMax)
                throw new InvalidRequestException(within, $"makes scopes deeper than {ScopePath.DepthMax} names");
            if (rule.Period is { } period && !Enum.IsDefined(period))
                throw new InvalidRequestException($"{within}.period", PeriodRule);

            var limits = Limits($"{within}.", rule.Limits, rule.Limit, rule.Period ?? inherited);
            if (limits.IsEmpty)
                throw new InvalidRequestException($"{within}.limit", "is required: a scope for each value is there to be limited");
            planned.Add(new PerValueRule(attribute, limits, rule.Optional ?? false));
        }

        return planned.DrainToImmutable().Sort((left, right) => string.CompareOrdinal(left.Attribute, right.Attribute));
    }

    private static ImmutableArray<LimitTerm> Limits(string field, ImmutableArray<BudgetLimit>? list, Quantity? single, BudgetPeriod period)
    {
        if (list is { IsDefault: true })
            throw new InvalidRequestException($"{field}limits", "must be a list");
        if (list is not null && single is not null)
            throw new InvalidRequestException($"{field}limit", "is the short form of one entry in limits: give one of the two");

        var limits = single is { } one ? [new BudgetLimit(one, period)] : list ?? [];
        if (limits.Length > LimitsMax)
            throw new InvalidRequestException($"{field}limits", $"has {limits.Length} items; at most {LimitsMax} are taken");

        for (var i = 0; i < limits.Length; i++)
        {
            if (limits[i] is null)
                throw new InvalidRequestException($"{field}limits[{i}]", "must be an object");
            if (limits[i].Limit.IsNegative || limits[i].Limit >= Quantity.Bound)
                throw new InvalidRequestException(single is null ? $"{field}limits[{i}].limit" : $"{field}limit", "must be 0 or more, and less than 1e18");
            if (!Enum.IsDefined(limits[i].Period))
                throw new InvalidRequestException($"{field}limits[{i}].period", PeriodRule);
            for (var j = 0; j < i; j++)
            {
                if (limits[j].Period == limits[i].Period)
                    throw new InvalidRequestException($"{field}limits[{i}].period", "is limited twice: the lower one would always win");
            }
        }

        return [.. limits.Select(limit => new LimitTerm(limit.Limit, limit.Period))];
    }
}
