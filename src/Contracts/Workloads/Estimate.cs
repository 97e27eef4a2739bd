using System.Collections.Immutable;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Workloads;

/// <summary>
/// What a workload may consume at most. Tokens are derived from input + maximal output, money from the price book,
/// unless an amount is given in a budget's unit.
/// </summary>
/// <param name="InputTokens">Tokens that go in, cached ones included; 0 or more.</param>
/// <param name="MaxOutputTokens">The most tokens that may come out; 0 or more.</param>
/// <param name="Amounts">Amounts stated outright, at most one of each unit; empty if none.</param>
[GenerateSerializer, Immutable, Alias("genops.Estimate")]
[JsonConverter(typeof(EstimateJsonConverter))]
public sealed record Estimate(long? InputTokens = null, long? MaxOutputTokens = null, ImmutableArray<Amount> Amounts = default)
{
    /// <summary>An estimate in tokens.</summary>
    public static Estimate OfTokens(long inputTokens, long maxOutputTokens) => new(inputTokens, maxOutputTokens, []);

    /// <summary>An estimate in amounts.</summary>
    public static Estimate Of(params ReadOnlySpan<Amount> amounts) => new(null, null, [.. amounts]);

    /// <summary>The stated amount in <paramref name="unit"/>, or null.</summary>
    public Quantity? In(Unit unit)
    {
        if (Amounts.IsDefaultOrEmpty)
            return null;

        foreach (var amount in Amounts)
        {
            if (amount.Unit == unit)
                return amount.Quantity;
        }

        return null;
    }
}
