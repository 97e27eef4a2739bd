using System.Collections.Immutable;

namespace GenOps.ControlPlane.Pricing;

/// <summary>A tenant's prices and rates in a snapshot.</summary>
/// <param name="Overlays">Each version of the prices, the oldest first; at least one.</param>
/// <param name="Rates">Each version of the rates, the oldest first; at least one.</param>
internal sealed record PriceHistoryImage(ImmutableArray<PriceOverlayImage> Overlays, ImmutableArray<ExchangeRatesImage> Rates);
