namespace GenOps.ControlPlane.Budgets;

/// <summary>Unresolved work that was reserved in a span of time.</summary>
/// <param name="From">Reserved at this instant or later.</param>
/// <param name="To">Reserved before this instant.</param>
[GenerateSerializer, Immutable, Alias("genops.WriteOffWindow")]
public sealed record WriteOffWindow(DateTimeOffset From, DateTimeOffset To);
