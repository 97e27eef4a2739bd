using System.Collections.Immutable;

namespace GenOps.ControlPlane.Pricing;

/// <summary>A model of the book.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Match">Which names mean it.</param>
/// <param name="Prices">Its prices, of which the last that hold are in force; at least one unless there is a fault.</param>
/// <param name="Fault">Why it can't be priced, or null.</param>
internal sealed record ModelEntry(string Id, MatchClause Match, ImmutableArray<ConditionalPrices> Prices, string? Fault)
{
    /// <summary>The prices in force at an instant: if none holds, the first.</summary>
    public PriceSet PricesAt(DateTimeOffset at)
    {
        for (var i = Prices.Length - 1; i > 0; i--)
        {
            if (Prices[i].Constraint.Holds(at))
                return Prices[i].Prices;
        }

        return Prices[0].Prices;
    }

    /// <summary>Whether a name means this model. A model that can't be priced answers to its id at least.</summary>
    /// <param name="name">In lower case.</param>
    public MatchResult Matches(string name) =>
        Fault is not null && string.Equals(name, Id, StringComparison.OrdinalIgnoreCase) ? MatchResult.Yes : Match.Match(name);
}
