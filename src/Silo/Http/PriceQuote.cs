using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>What a call costs.</summary>
/// <param name="Provider">The provider's id in the price book, or as the tenant's own price or the call names it; null if neither does.</param>
/// <param name="Model">The model's id in the price book, or the pattern of the tenant's own price.</param>
/// <param name="Amount">The exact total: the sum of the lines, or that times the rate.</param>
/// <param name="Unit">The currency of the amount.</param>
/// <param name="Lines">The summands, in the currency of the price.</param>
/// <param name="PriceBook">The version of the prices, as charges name it.</param>
/// <param name="Source">Whether the price is the price book's or the tenant's own.</param>
/// <param name="Rate">The rate of exchange from the currency of the price; null if the amount is in it.</param>
internal sealed record PriceQuote(
    string? Provider,
    string Model,
    Quantity Amount,
    Unit Unit,
    ImmutableArray<PriceQuoteLine> Lines,
    string PriceBook,
    PriceSource Source,
    ExchangeRate? Rate);
