using System.Text.Json.Serialization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;

namespace GenOps.ControlPlane.Authority;

/// <summary>What may be spent on a delegation, and on all that were made from it together.</summary>
/// <param name="Quantity">How much in each window.</param>
/// <param name="Unit">Of what.</param>
/// <param name="Period">The window, in UTC; all time if absent.</param>
[GenerateSerializer, Immutable, Alias("genops.SpendLimit")]
public sealed record SpendLimit([property: JsonPropertyName("amount")] Quantity Quantity, Unit Unit, BudgetPeriod? Period = null);
