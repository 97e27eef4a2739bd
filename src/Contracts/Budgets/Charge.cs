using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What a workload costs one budget, as far as the agent's side can tell.</summary>
/// <param name="Amount">The amount in the budget's unit; null if the model's price is not known, or at reconciliation if nothing is.</param>
/// <param name="InputTokens">For the budget's default price; null if unknown.</param>
/// <param name="OutputTokens">For the budget's default price; null if unknown.</param>
/// <param name="PriceFault">Why there is no price, with the nearest names; null if there is one or none is needed.</param>
/// <param name="PriceBook">The version of the prices used; null if none were.</param>
/// <param name="PriceFallback">Whether the reserved model's price stands in for an unknown response model's.</param>
/// <param name="Rate">The rate of exchange used; null if none was.</param>
/// <param name="IsEstimate">
/// Whether it was worked out from the most tokens that may be used: neither stated outright nor the 1 of a call, and never an actual.
/// </param>
[GenerateSerializer, Immutable, Alias("genops.Charge")]
public sealed record Charge(
    Quantity? Amount,
    long? InputTokens = null,
    long? OutputTokens = null,
    string? PriceFault = null,
    string? PriceBook = null,
    bool PriceFallback = false,
    Pricing.ExchangeRate? Rate = null,
    bool IsEstimate = false);
