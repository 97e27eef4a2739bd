using System.Collections.Immutable;

namespace GenOps.ControlPlane.Pricing;

/// <summary>The price of a class, which may rise for the whole call once its input is large.</summary>
/// <param name="Base">The price below every tier.</param>
/// <param name="Tiers">Where another price starts, ascending; empty if there is one price.</param>
internal sealed record TieredPrice(ExactPrice Base, ImmutableArray<(long Start, ExactPrice Price)> Tiers)
{
    /// <summary>The price for all tokens of a call with so many input tokens: a tier holds strictly above its start.</summary>
    public ExactPrice At(long inputTokens)
    {
        for (var i = Tiers.Length - 1; i >= 0; i--)
        {
            if (inputTokens > Tiers[i].Start)
                return Tiers[i].Price;
        }

        return Base;
    }
}
