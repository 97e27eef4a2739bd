using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Workloads;

/// <summary>How a reservation that is less than the most was worked out.</summary>
/// <param name="WorstCase">What the workload may cost at most.</param>
/// <param name="Model">The model whose history was used; null for calls without one.</param>
/// <param name="Share">The share of the most that 95 of 100 earlier calls stayed within, 0 to 1.</param>
/// <param name="Samples">How many calls that is told from.</param>
[GenerateSerializer, Immutable, Alias("genops.ReservationEstimate")]
public sealed record ReservationEstimate(Quantity WorstCase, string? Model, Quantity Share, int Samples);
