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

    /// <summary>The highest default price, of a million tokens: that of the largest count of tokens is still an amount.</summary>
    public static readonly Quantity DefaultPriceMax = Quantity.FromUnits(100_000_000_000);

    private static readonly SearchValues<char> ZoneCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");

    private const string PeriodRule = "must be none, day or month";

    private BudgetPlan(BudgetDefinition definition, TimeZoneInfo zone, FrozenDictionary<ScopePath, ImmutableArray<BudgetLimit>> scopes)
    {
        Unit = definition.Unit;
        Zone = zone;
        OnExpiry = definition.OnExpiry ?? ExpiryAction.Keep;
        DefaultPrice = definition.DefaultPrice;
        Scopes = scopes;
    }

    public Unit Unit { get; }

    public TimeZoneInfo Zone { get; }

    public ExpiryAction OnExpiry { get; }

    public DefaultPrice? DefaultPrice { get; }

    /// <summary>The limits of every scope that the definition names, the root included.</summary>
    public FrozenDictionary<ScopePath, ImmutableArray<BudgetLimit>> Scopes { get; }

    /// <exception cref="InvalidRequestException">The definition is not valid.</exception>
    public static BudgetPlan From(BudgetDefinition definition)
    {
        if (!Unit.TryParse(definition.Unit.Code, null, out _))
            throw new InvalidRequestException("unit", "is required: an ISO 4217 currency code or a unit's name");

        if (definition.DefaultPrice is { } price)
        {
            if (price.InputPerMillion.IsNegative || price.OutputPerMillion.IsNegative)
                throw new InvalidRequestException("defaultPrice", "must not be negative");
            if (price.InputPerMillion > DefaultPriceMax || price.OutputPerMillion > DefaultPriceMax)
                throw new InvalidRequestException("defaultPrice", $"must be at most {DefaultPriceMax} for a million tokens");
            if (price.Currency != definition.Unit)
                throw new InvalidRequestException("defaultPrice.currency", $"must be the budget's unit, {definition.Unit}");
        }

        if (definition.OnExpiry is { } action && !Enum.IsDefined(action))
            throw new InvalidRequestException("onExpiry", "must be keep or release");

        var scopes = new Dictionary<ScopePath, ImmutableArray<BudgetLimit>>();
        Add(
            scopes, ScopePath.Root, "", definition.Period ?? BudgetPeriod.None,
            new BudgetScopeDefinition(definition.Limits, definition.Limit, definition.Period, definition.Children));
        return new BudgetPlan(definition, FindZone(definition.TimeZone), scopes.ToFrozenDictionary());
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
        Dictionary<ScopePath, ImmutableArray<BudgetLimit>> scopes,
        ScopePath path,
        string field,
        BudgetPeriod inherited,
        BudgetScopeDefinition scope)
    {
        if (scopes.Count == ScopesMax)
            throw new InvalidRequestException("children", $"a budget names at most {ScopesMax} scopes");

        var period = scope.Period ?? inherited;
        if (!Enum.IsDefined(period))
            throw new InvalidRequestException($"{field}period", PeriodRule);
        if (scope.Limits is { IsDefault: true })
            throw new InvalidRequestException($"{field}limits", "must be a list");
        if (scope.Limits is not null && scope.Limit is not null)
            throw new InvalidRequestException($"{field}limit", "is the short form of one entry in limits: give one of the two");

        var limits = scope.Limit is { } single
            ? [new BudgetLimit(single, period)]
            : scope.Limits ?? [];
        if (limits.Length > LimitsMax)
            throw new InvalidRequestException($"{field}limits", $"has {limits.Length} items; at most {LimitsMax} are taken");

        for (var i = 0; i < limits.Length; i++)
        {
            if (limits[i] is null)
                throw new InvalidRequestException($"{field}limits[{i}]", "must be an object");
            if (limits[i].Limit.IsNegative || limits[i].Limit >= Quantity.Bound)
                throw new InvalidRequestException(
                    scope.Limit is null ? $"{field}limits[{i}].limit" : $"{field}limit", "must be 0 or more, and less than 1e18");
            if (!Enum.IsDefined(limits[i].Period))
                throw new InvalidRequestException($"{field}limits[{i}].period", PeriodRule);
            for (var j = 0; j < i; j++)
            {
                if (limits[j].Period == limits[i].Period)
                    throw new InvalidRequestException($"{field}limits[{i}].period", "is limited twice: the lower one would always win");
            }
        }

        scopes.Add(path, limits);
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
            Add(scopes, below, $"{field}children.{name}.", period, child);
        }
    }
}
