using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Bench.Compare;

/// <summary>One of two ways to lay out the same work.</summary>
/// <param name="Name">What it is called in the report.</param>
/// <param name="Budgets">The budgets.</param>
/// <param name="Bindings">What each of its agents draws from.</param>
internal sealed record Side(
    string Name, IReadOnlyList<(BudgetRoot Root, BudgetDefinition Definition)> Budgets, IReadOnlyList<BudgetBinding> Bindings);
