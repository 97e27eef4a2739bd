using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Agents;

/// <summary>What one decision takes from one budget.</summary>
/// <param name="Root">The budget.</param>
/// <param name="Scope">The scope that is charged.</param>
/// <param name="Charge">What it costs there.</param>
/// <param name="Spend">For the tree of the chain of delegations: the limits along it.</param>
internal sealed record BudgetDraw(BudgetRoot Root, ScopePath Scope, Charge Charge, SpendChain? Spend);
