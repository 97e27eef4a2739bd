using System.Collections.Immutable;

namespace GenOps.ControlPlane.Pricing;

/// <summary>One version of a tenant's rates of exchange in a snapshot.</summary>
/// <param name="At">Since when.</param>
/// <param name="Rates">The rates.</param>
internal sealed record ExchangeRatesImage(DateTimeOffset At, ImmutableArray<ExchangeRate> Rates);
