using System.Numerics;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Pricing;

/// <summary>One summand of a price.</summary>
/// <param name="Class">What was charged.</param>
/// <param name="Count">How many tokens, or 1 for the call itself.</param>
/// <param name="Price">The price applied, as the price book writes it.</param>
/// <param name="Per">How many of the class that price is for: a million tokens, a thousand calls.</param>
/// <param name="Amount">Count times price; what is finer than 1e-12 is rounded up, once per line.</param>
public sealed record PriceLine(PriceClass Class, long Count, string Price, int Per, Quantity Amount)
{
    /// <summary>Count times price in 1e-12, as a fraction that nothing is rounded in.</summary>
    internal (BigInteger Numerator, BigInteger Divisor) Exact =>
        ExactPrice.TryRead(Price, PriceKeys.PowerOfTenOf(Class), out var price, out var fault)
            ? price.TimesExactly(Count)
            : throw new InvalidOperationException($"the price {Price} {fault}");
}
