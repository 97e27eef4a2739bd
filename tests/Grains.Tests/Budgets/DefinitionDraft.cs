using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A generated definition, as the model reads it and as the product does.</summary>
/// <param name="Scopes">For each of <see cref="Paths"/>.</param>
/// <param name="RootPeriod">The period that scopes inherit.</param>
/// <param name="OnExpiry">What becomes of expired holds.</param>
/// <param name="HasDefaultPrice">Whether tokens have a price: 1.0000005 each that goes in, 2 each that comes out.</param>
internal sealed record DefinitionDraft(DefinitionDraft.Scope[] Scopes, BudgetPeriod? RootPeriod, ExpiryAction? OnExpiry, bool HasDefaultPrice)
{
    public static readonly string[] Paths = ["", "a", "a/b", "a/b/c", "d", "d/e", "x"];

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
    /// <param name="Periods">Bits: none, day, month. Of the short form the lowest.</param>
    /// <param name="Quarters">The limit in quarters of the unit; one more for each further period.</param>
    internal sealed record Scope(bool IsPresent, Form Form, int Periods, int Quarters);

    public bool Has(string path) =>
        path.Length == 0 || (Scopes[Array.IndexOf(Paths, path)].IsPresent && Has(Above(path)));

    /// <summary>The limits of a scope in pico units, in the order of its views; the specification read anew, inheritance included.</summary>
    public List<(Int128 Pico, BudgetPeriod Period)> LimitsOf(string path)
    {
        var scope = Scopes[Array.IndexOf(Paths, path)];
        var limit = (Int128)scope.Quarters * Quarter;
        return scope.Form switch
        {
            Form.Unlimited => [],
            Form.Short => [(limit, FirstPeriod(scope))],
            Form.ShortInherited => [(limit, Inherited(path))],
            _ => [.. Listed(scope)],
        };
    }

    public BudgetDefinition Build(string zone) => new(
        Unit.Usd, ListOf(Scopes[0]), ShortOf(Scopes[0]), Scopes[0].Form == Form.Short ? FirstPeriod(Scopes[0]) : RootPeriod,
        zone, OnExpiry,
        HasDefaultPrice ? new DefaultPrice(Quantity.FromPico(InputPico * 1_000_000), Quantity.FromPico(OutputPico * 1_000_000), Unit.Usd) : null,
        ChildrenOf(""));

    private static string Above(string path) => path.LastIndexOf('/') is var i and >= 0 ? path[..i] : "";

    private static BudgetPeriod FirstPeriod(Scope scope) =>
        (scope.Periods & 1) != 0 ? BudgetPeriod.None : (scope.Periods & 2) != 0 ? BudgetPeriod.Day : BudgetPeriod.Month;

    private static IEnumerable<(Int128, BudgetPeriod)> Listed(Scope scope)
    {
        var more = 0;
        foreach (var period in (BudgetPeriod[])[BudgetPeriod.Month, BudgetPeriod.None, BudgetPeriod.Day])
        {
            if ((scope.Periods & (1 << (int)period)) != 0)
                yield return ((Int128)(scope.Quarters + (3 * more++)) * Quarter, period);
        }
    }

    private static ImmutableArray<BudgetLimit>? ListOf(Scope scope) => scope.Form == Form.List
        ? [.. Listed(scope).Select(item => new BudgetLimit(Quantity.FromPico(item.Item1), item.Item2))]
        : null;

    private static Quantity? ShortOf(Scope scope) => scope.Form is Form.Short or Form.ShortInherited
        ? Quantity.FromPico((Int128)scope.Quarters * Quarter)
        : null;

    private BudgetPeriod Inherited(string path)
    {
        // What a scope writes itself is what those below inherit.
        while (path.Length > 0)
        {
            var scope = Scopes[Array.IndexOf(Paths, path)];
            if (scope.Form == Form.Short)
                return FirstPeriod(scope);
            path = Above(path);
        }

        return Scopes[0].Form == Form.Short ? FirstPeriod(Scopes[0]) : RootPeriod ?? BudgetPeriod.None;
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
                    ListOf(scope), ShortOf(scope), scope.Form == Form.Short ? FirstPeriod(scope) : null, ChildrenOf(name));
            },
            StringComparer.Ordinal);
    }
}
