using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>What a call costs.</summary>
/// <param name="Provider">The provider's id in the price book.</param>
/// <param name="Model">The model's id in the price book.</param>
/// <param name="Amount">The exact total.</param>
/// <param name="Unit">The currency.</param>
/// <param name="Lines">The summands.</param>
/// <param name="PriceBook">The price book's version.</param>
internal sealed record PriceQuote(
    string Provider, string Model, Quantity Amount, Unit Unit, ImmutableArray<PriceQuoteLine> Lines, string PriceBook);
