using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Pricing;

/// <summary>The call has a price.</summary>
/// <param name="Total">The sum of the lines; where there is a rate, their exact sum times the rate, what is finer than 1e-12 rounded up, once.</param>
/// <param name="Currency">What the total is in.</param>
/// <param name="Provider">The provider's id in the book, whatever it was called in the request; null if nobody named it.</param>
/// <param name="Model">The model's id in the book, or the pattern of the tenant's own prices that it matched.</param>
/// <param name="Lines">The summands with a count above 0, in the order of <see cref="PriceClass"/> and the currency of the price.</param>
/// <param name="Version">The version of the prices.</param>
/// <param name="Source">Whose prices they are.</param>
/// <param name="Rate">The rate of exchange applied; null if the price is in that currency itself.</param>
public sealed record Priced(
    Quantity Total,
    Unit Currency,
    string? Provider,
    string Model,
    ImmutableArray<PriceLine> Lines,
    string Version,
    PriceSource Source = PriceSource.PriceBook,
    ExchangeRate? Rate = null) : PriceAnswer;
