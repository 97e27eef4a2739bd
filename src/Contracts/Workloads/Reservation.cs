using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

/// <summary>Money held in one budget before the action.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="Amount">How much is held.</param>
/// <param name="Unit">The budget's unit.</param>
/// <param name="Remaining">What the tightest limit on the way to the root leaves after this; null if nothing limits.</param>
/// <param name="Estimated">Why less is held than it may cost at most; null if it is the most.</param>
[GenerateSerializer, Immutable, Alias("genops.Reservation")]
public sealed record Reservation(BudgetRoot Budget, ScopePath Scope, Quantity Amount, Unit Unit, Quantity? Remaining, ReservationEstimate? Estimated = null);
