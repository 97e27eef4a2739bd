using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Pricing;

/// <summary>What one unit of a currency is worth in another, as the tenant configured it.</summary>
/// <param name="From">The currency that prices are in.</param>
/// <param name="To">The currency of a budget.</param>
/// <param name="Rate">How many of <paramref name="To"/> one of <paramref name="From"/> is worth; more than 0, at most 1,000,000,000.</param>
/// <param name="Source">Where it is from and of when, for those who check; up to 256 bytes.</param>
[GenerateSerializer, Immutable, Alias("genops.ExchangeRate")]
public sealed record ExchangeRate(Unit From, Unit To, Quantity Rate, string? Source = null);
