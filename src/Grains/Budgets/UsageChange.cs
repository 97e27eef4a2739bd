using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>By how much a charge changes the sums of every scope that it counts in.</summary>
internal readonly record struct UsageChange(
    Quantity Spent = default, Quantity Reserved = default, Quantity Unresolved = default, Quantity Overrun = default);
