using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Agents;

/// <summary>A budget that an agent draws from.</summary>
/// <param name="Root">The budget.</param>
/// <param name="Scope">The scope that is charged.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetBinding")]
public sealed record BudgetBinding(BudgetRoot Root, ScopePath Scope = default);
