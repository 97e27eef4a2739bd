namespace GenOps.ControlPlane.Pricing;

/// <summary>Prices and when they hold.</summary>
/// <param name="Constraint">When.</param>
/// <param name="Prices">The prices.</param>
internal sealed record ConditionalPrices(PriceConstraint Constraint, PriceSet Prices);
