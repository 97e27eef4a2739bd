using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A generated definition, as the model reads it and as the product does.</summary>
/// <param name="Scopes">For each of <see cref="Paths"/>.</param>
/// <param name="Rules">For each of <see cref="RulePlaces"/>.</param>
/// <param name="RootPeriod">The period that scopes inherit.</param>
/// <param name="OnExpiry">What becomes of expired holds.</param>
/// <param name="HasDefaultPrice">Whether tokens have a price: 1.0000005 each that goes in, 2 each that comes out.</param>
/// <param name="Zone">An index into <see cref="Zones"/>; null for that of the run.</param>
/// <param name="WeekStart">The first day of the week.</param>
/// <param name="FiscalYearStart">The first month of the fiscal year.</param>
/// <param name="WarnAt">In percent.</param>
/// <param name="Alerts">Bits of <see cref="Thresholds"/>.</param>
/// <param name="Mode">Whether it refuses.</param>
/// <param name="Estimate">What is held.</param>
/// <param name="MaxScopes">The most scopes on demand.</param>
internal sealed record DefinitionDraft(
    DefinitionDraft.Scope[] Scopes,
    DefinitionDraft.Rule[] Rules,
    BudgetPeriod? RootPeriod,
    ExpiryAction? OnExpiry,
    bool HasDefaultPrice,
    int? Zone,
    WeekDay? WeekStart,
    int? FiscalYearStart,
    int? WarnAt,
    int Alerts,
    BudgetMode? Mode,
    EstimateBasis? Estimate,
    int? MaxScopes)
{
    public static readonly string[] Paths = ["", "a", "a/b", "a/b/c", "d"];

    public static readonly (string Path, string Attribute)[] RulePlaces =
        [("", "customerId"), ("", "feature"), ("a", "customerId"), ("a/b", "model")];

    public static readonly string[] Customers = ["c-17", "Ä & b", "z"];
    public static readonly string[] Features = ["triage", "search"];
    public static readonly string[] Models = ["gpt-4o", "m 2"];

    public static readonly string[] Zones =
        ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC", "America/Havana"];

    public static readonly int[] Thresholds = [1, 50, 80, 100, 250];

    /// <summary>Every scope on demand that can come into being.</summary>
    public static readonly ImmutableArray<string> OnDemandPaths =
    [
        .. RulePlaces.SelectMany(place => ValuesOf(place.Attribute).Select(value => OnDemand(place.Path, place.Attribute, value))),
    ];

    public static readonly Int128 InputPico = 1_000_000_500_000;
    public static readonly Int128 OutputPico = 2_000_000_000_000;

    private const long Quarter = 250_000_000_000;

    internal enum Form
    {
        Unlimited,
        Short,
        ShortInherited,
        List,
    }

    /// <param name="IsPresent">Whether it is defined, if the scope above is.</param>
    /// <param name="Form">How its limits are written.</param>
    /// <param name="Periods">A bit for each period. Of the short form the lowest.</param>
    /// <param name="Quarters">The limit in quarters of the unit; three more for each further period.</param>
    internal sealed record Scope(bool IsPresent, Form Form, int Periods, int Quarters);

    /// <param name="IsPresent">Whether there is such a rule, if there is the scope.</param>
    /// <param name="Form">How its limits are written.</param>
    /// <param name="Periods">A bit for each period. Of the short form the lowest.</param>
    /// <param name="Quarters">The limit in quarters of the unit; three more for each further period.</param>
    /// <param name="Optional">Whether the attribute may be missing.</param>
    internal sealed record Rule(bool IsPresent, Form Form, int Periods, int Quarters, bool? Optional);

    /// <summary>The percents at which it alerts.</summary>
    public IEnumerable<int> AlertsAt => Thresholds.Where((_, i) => (Alerts & (1 << i)) != 0);

    public static string OnDemand(string path, string attribute, string value) =>
        $"{path}{(path.Length == 0 ? "" : "/")}{attribute}={Uri.EscapeDataString(value)}";

    public bool Has(string path) =>
        path.Length == 0 || (Array.IndexOf(Paths, path) is var i and >= 0 && Scopes[i].IsPresent && Has(Above(path)));

    /// <summary>The rules of a scope, by attribute.</summary>
    public IEnumerable<(string Attribute, bool IsOptional)> RulesOf(string path) => !Has(path) ? [] : RulePlaces.Index()
        .Where(place => place.Item.Path == path && Rules[place.Index].IsPresent)
        .OrderBy(place => place.Item.Attribute, StringComparer.Ordinal)
        .Select(place => (place.Item.Attribute, Rules[place.Index].Optional == true));

    /// <summary>The limits of a scope in pico units, in the order of its views; the specification read anew, inheritance included.</summary>
    public List<(Int128 Pico, BudgetPeriod Period)> LimitsOf(string path)
    {
        var scope = Scopes[Array.IndexOf(Paths, path)];
        return Limits(scope.Form, scope.Periods, scope.Quarters, scope.Form == Form.ShortInherited ? Inherited(path) : default);
    }

    /// <summary>The limits of each value of an attribute.</summary>
    public List<(Int128 Pico, BudgetPeriod Period)> LimitsOf(string path, string attribute)
    {
        var rule = Rules[Array.IndexOf(RulePlaces, (path, attribute))];
        return Limits(rule.Form, rule.Periods, rule.Quarters, rule.Form == Form.ShortInherited ? Inherited(path) : default);
    }

    public string ZoneName(string home) => Zone is { } i ? Zones[i] : home;

    public BudgetDefinition Build(string home) => new(
        Unit.Usd, ListOf(Scopes[0]), ShortOf(Scopes[0]), Scopes[0].Form == Form.Short ? FirstPeriod(Scopes[0].Periods) : RootPeriod ?? ToldPeriod,
        ZoneName(home), OnExpiry,
        HasDefaultPrice ? new DefaultPrice(Quantity.FromPico(InputPico * 1_000_000), Quantity.FromPico(OutputPico * 1_000_000), Unit.Usd) : null,
        ChildrenOf(""), WeekStart, FiscalYearStart, WarnAt, Alerts == 0 ? null : [.. AlertsAt], Mode, Estimate, PerValueOf(""), MaxScopes);

    private static IEnumerable<string> ValuesOf(string attribute) => attribute switch
    {
        "customerId" => Customers,
        "feature" => Features,
        _ => Models,
    };

    public static string Above(string path) => path.LastIndexOf('/') is var i and >= 0 ? path[..i] : "";

    /// <summary>Below a list of limits the period has to be told.</summary>
    private BudgetPeriod? ToldPeriod => Scopes.Any(scope => scope.Form == Form.List) ? BudgetPeriod.None : null;

    private static BudgetPeriod FirstPeriod(int periods) => (BudgetPeriod)int.TrailingZeroCount(periods);

    private static List<(Int128, BudgetPeriod)> Limits(Form form, int periods, int quarters, BudgetPeriod inherited) => form switch
    {
        Form.Unlimited => [],
        Form.Short => [((Int128)quarters * Quarter, FirstPeriod(periods))],
        Form.ShortInherited => [((Int128)quarters * Quarter, inherited)],
        _ => [.. Listed(periods, quarters)],
    };

    private static IEnumerable<(Int128, BudgetPeriod)> Listed(int periods, int quarters)
    {
        var more = 0;
        foreach (var period in Enum.GetValues<BudgetPeriod>().Reverse())
        {
            if ((periods & (1 << (int)period)) != 0)
                yield return ((Int128)(quarters + (3 * more++)) * Quarter, period);
        }
    }

    private static ImmutableArray<BudgetLimit>? ListOf(Scope scope) => ListOf(scope.Form, scope.Periods, scope.Quarters);

    private static ImmutableArray<BudgetLimit>? ListOf(Form form, int periods, int quarters) => form == Form.List
        ? [.. Listed(periods, quarters).Select(item => new BudgetLimit(Quantity.FromPico(item.Item1), item.Item2))]
        : null;

    private static Quantity? ShortOf(Scope scope) => ShortOf(scope.Form, scope.Quarters);

    private static Quantity? ShortOf(Form form, int quarters) =>
        form is Form.Short or Form.ShortInherited ? Quantity.FromPico((Int128)quarters * Quarter) : null;

    private BudgetPeriod Inherited(string path)
    {
        // What a scope writes itself is what those below inherit.
        while (path.Length > 0)
        {
            var scope = Scopes[Array.IndexOf(Paths, path)];
            if (scope.Form == Form.Short)
                return FirstPeriod(scope.Periods);
            path = Above(path);
        }

        return Scopes[0].Form == Form.Short ? FirstPeriod(Scopes[0].Periods) : RootPeriod ?? BudgetPeriod.None;
    }

    private ImmutableSortedDictionary<string, BudgetScopeDefinition>? ChildrenOf(string path)
    {
        var below = Paths.Where(name => name.Length > 0 && Above(name) == path && Has(name)).ToList();
        return below.Count == 0 ? null : below.ToImmutableSortedDictionary(
            name => name[(name.LastIndexOf('/') + 1)..],
            name =>
            {
                var scope = Scopes[Array.IndexOf(Paths, name)];
                return new BudgetScopeDefinition(
                    ListOf(scope), ShortOf(scope), scope.Form == Form.Short ? FirstPeriod(scope.Periods) : null, ChildrenOf(name), PerValueOf(name));
            },
            StringComparer.Ordinal);
    }

    private ImmutableSortedDictionary<string, PerValueDefinition>? PerValueOf(string path)
    {
        var rules = RulePlaces.Index().Where(place => place.Item.Path == path && Rules[place.Index].IsPresent).ToList();
        return rules.Count == 0 ? null : rules.ToImmutableSortedDictionary(
            place => place.Item.Attribute,
            place =>
            {
                var rule = Rules[place.Index];
                return new PerValueDefinition(
                    ListOf(rule.Form, rule.Periods, rule.Quarters), ShortOf(rule.Form, rule.Quarters),
                    rule.Form == Form.Short ? FirstPeriod(rule.Periods) : null, rule.Optional);
            },
            StringComparer.Ordinal);
    }
}
