using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Pricing;

/// <summary>The call has a price.</summary>
/// <param name="Total">The exact sum of the lines.</param>
/// <param name="Currency">What it is in.</param>
/// <param name="Provider">The provider's id in the book, whatever it was called in the request.</param>
/// <param name="Model">The model's id in the book.</param>
/// <param name="Lines">The summands with a count above 0, in the order of <see cref="PriceClass"/>.</param>
/// <param name="Version">The price book's version.</param>
public sealed record Priced(
    Quantity Total,
    Unit Currency,
    string Provider,
    string Model,
    ImmutableArray<PriceLine> Lines,
    string Version) : PriceAnswer;
