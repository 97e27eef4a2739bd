using System.Buffers;
using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What a budget's definition must satisfy when somebody puts it. What is recorded already is never asked again.</summary>
internal static class BudgetDefinitionRules
{
    /// <summary>The most scopes that a definition may name.</summary>
    public const int ScopesMax = 10_000;

    /// <summary>The most limits of one scope.</summary>
    public const int LimitsMax = 8;

    /// <summary>The most scopes on demand that a definition may ask for.</summary>
    public const int OnDemandMax = 1_000_000;

    /// <summary>The most thresholds of alerts.</summary>
    public const int AlertsMax = 16;

    /// <summary>The highest default price, of a million tokens: that of the largest count of tokens is still an amount.</summary>
    public static readonly Quantity DefaultPriceMax = Quantity.FromUnits(100_000_000_000);

    private const int AlertPercentMax = 1000;

    private static readonly SearchValues<char> ZoneCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");

    private const string LimitRule = "must be 0 or more, and less than 1e18";

    private const string PeriodRule = "must be none, hour, day, week, month, quarter or year";

    /// <summary>Does nothing if <paramref name="definition"/> is valid.</summary>
    /// <exception cref="InvalidRequestException">It is not; the message names the field and how to fix it.</exception>
    public static void Require(BudgetDefinition definition)
    {
        if (!Unit.TryParse(definition.Unit.Code, null, out _))
            throw new InvalidRequestException("unit", "is required: an ISO 4217 currency code or a unit's name");

        RequirePrice(definition);
        RequireZone(definition.TimeZone);
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

        var count = 0;
        RequireScope(
            ScopePath.Root, "", ref count, isTold: false, mustTellPeriod: false,
            new BudgetScopeDefinition(definition.Limits, definition.Limit, definition.Period, definition.Children, definition.PerValue));
    }

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

    private static void RequireZone(string? name)
    {
        if (name is null or "UTC")
            return;

        // Not all that the system finds is an IANA name: Windows' own names, this machine's local time, paths to other
        // files; and a name in another case is found only while the right one happens to be in memory.
        if (name.Length is 0 or > 64 || !char.IsAsciiLetterUpper(name[0]) || name.AsSpan().ContainsAnyExcept(ZoneCharacters)
            || !TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) || !zone.HasIanaId || zone.Id != name)
            throw new InvalidRequestException("timeZone", "is an IANA time zone such as Europe/Berlin");
    }

    private static void RequireScope(ScopePath path, string field, ref int count, bool isTold, bool mustTellPeriod, BudgetScopeDefinition scope)
    {
        if (++count > ScopesMax)
            throw new InvalidRequestException("children", $"a budget names at most {ScopesMax} scopes");
        if (scope.Period is { } period && !Enum.IsDefined(period))
            throw new InvalidRequestException($"{field}period", PeriodRule);

        RequireLimits(field, scope.Limits, scope.Limit);
        if (scope.Limit is not null)
            RequirePeriod(field, scope.Period, mustTellPeriod);

        // A list of limits says nothing of those below: left out, their period would be for ever, which is seldom meant.
        var mustTell = !isTold && scope.Period is null && (mustTellPeriod || scope.Limits is { Length: > 0 });
        foreach (var (attribute, rule) in scope.PerValue ?? ImmutableSortedDictionary<string, PerValueDefinition>.Empty)
            RequireRule($"{field}perValue.{attribute}", path, attribute, mustTell, rule);
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
            RequireScope(below, $"{field}children.{name}.", ref count, isTold || scope.Period is not null, mustTell, child);
        }
    }

    private static void RequireRule(string field, ScopePath path, string attribute, bool mustTellPeriod, PerValueDefinition? rule)
    {
        if (!ScopeAttribute.Names.Contains(attribute, StringComparer.Ordinal))
            throw new InvalidRequestException(field, $"is no attribute that makes scopes: name one of {string.Join(", ", ScopeAttribute.Names)}");
        if (rule is null)
            throw new InvalidRequestException(field, "must be an object with a limit");
        if (path.Segments.Length == ScopePath.DepthMax)
            throw new InvalidRequestException(field, $"makes scopes deeper than {ScopePath.DepthMax} names");
        if (rule.Period is { } period && !Enum.IsDefined(period))
            throw new InvalidRequestException($"{field}.period", PeriodRule);
        if (rule.Limit is null && rule.Limits is not { Length: > 0 })
            throw new InvalidRequestException($"{field}.limit", "is required: a scope for each value is there to be limited");
        RequireLimits($"{field}.", rule.Limits, rule.Limit);
        if (rule.Limit is not null)
            RequirePeriod($"{field}.", rule.Period, mustTellPeriod);
    }

    private static void RequirePeriod(string field, BudgetPeriod? period, bool mustTell)
    {
        if (period is null && mustTell)
            throw new InvalidRequestException($"{field}period", $"is required: the scope above has a list of limits and no period to inherit; it {PeriodRule}");
    }

    private static void RequireLimits(string field, ImmutableArray<BudgetLimit>? list, Quantity? single)
    {
        if (list is { IsDefault: true })
            throw new InvalidRequestException($"{field}limits", "must be a list");
        if (list is not null && single is not null)
            throw new InvalidRequestException($"{field}limit", "is the short form of one entry in limits: give one of the two");
        if (single is { } one && !IsLimit(one))
            throw new InvalidRequestException($"{field}limit", LimitRule);

        var limits = list ?? [];
        if (limits.Length > LimitsMax)
            throw new InvalidRequestException($"{field}limits", $"has {limits.Length} items; at most {LimitsMax} are taken");
        for (var i = 0; i < limits.Length; i++)
        {
            if (limits[i] is null)
                throw new InvalidRequestException($"{field}limits[{i}]", "must be an object");
            if (!IsLimit(limits[i].Limit))
                throw new InvalidRequestException($"{field}limits[{i}].limit", LimitRule);
            if (!Enum.IsDefined(limits[i].Period))
                throw new InvalidRequestException($"{field}limits[{i}].period", PeriodRule);
            for (var j = 0; j < i; j++)
            {
                if (limits[j].Period == limits[i].Period)
                    throw new InvalidRequestException($"{field}limits[{i}].period", "is limited twice: the lower one would always win");
            }
        }
    }

    private static bool IsLimit(Quantity limit) => !limit.IsNegative && limit < Quantity.Bound;
}
