using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Pricing;

/// <summary>What a call costs whose model nobody knows the price of.</summary>
/// <param name="InputPerMillion">Of a million input tokens, cached and audio ones included; 0 or more.</param>
/// <param name="OutputPerMillion">Of a million output tokens; 0 or more.</param>
/// <param name="Currency">What both are in.</param>
[GenerateSerializer, Immutable, Alias("genops.DefaultPrice")]
public sealed record DefaultPrice(Quantity InputPerMillion, Quantity OutputPerMillion, Unit Currency)
{
    /// <summary>The version of the prices of a charge that a budget's default price made.</summary>
    public const string Version = "default-price";

    private static readonly Int128 Million = 1_000_000;

    /// <summary>The exact price of so many tokens; what is finer than 1e-12 is rounded up, once, on the sum.</summary>
    /// <param name="inputTokens">0 or more.</param>
    /// <param name="outputTokens">0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    /// <exception cref="InvalidOperationException">A price is negative.</exception>
    /// <exception cref="OverflowException">The price doesn't fit a <see cref="Quantity"/>.</exception>
    public Quantity Price(long inputTokens, long outputTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(outputTokens);
        if (InputPerMillion.IsNegative || OutputPerMillion.IsNegative)
            throw new InvalidOperationException("a default price must be 0 or more");

        var millionfold = checked(inputTokens * InputPerMillion.Pico + outputTokens * OutputPerMillion.Pico);
        var (pico, rest) = Int128.DivRem(millionfold, Million);
        return Quantity.FromPico(rest == 0 ? pico : pico + 1);
    }
}
