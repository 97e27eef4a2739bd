using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Pricing;

/// <summary>What a model costs that the price book does not know.</summary>
/// <param name="InputPerMillion">Per million input tokens, 0 or more.</param>
/// <param name="OutputPerMillion">Per million output tokens, 0 or more.</param>
/// <param name="Currency">The currency of both.</param>
[GenerateSerializer, Immutable, Alias("genops.DefaultPrice")]
public sealed record DefaultPrice(Quantity InputPerMillion, Quantity OutputPerMillion, Unit Currency)
{
    private const long Million = 1_000_000;

    /// <summary>The exact price, rounded up once to the next 1e-12 where it is finer.</summary>
    public Quantity Price(long inputTokens, long outputTokens)
    {
        var pico = checked(InputPerMillion.Pico * inputTokens + OutputPerMillion.Pico * outputTokens);
        var (whole, rest) = Int128.DivRem(pico, Million);
        return Quantity.FromPico(rest > 0 ? whole + 1 : whole);
    }
}
