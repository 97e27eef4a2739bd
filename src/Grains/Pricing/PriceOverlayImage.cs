using System.Collections.Immutable;

namespace GenOps.ControlPlane.Pricing;

/// <summary>One version of a tenant's prices in a snapshot.</summary>
/// <param name="At">Since when.</param>
/// <param name="Prices">The prices.</param>
/// <param name="Version">What identifies them.</param>
internal sealed record PriceOverlayImage(DateTimeOffset At, ImmutableArray<ModelPrice> Prices, string Version);
