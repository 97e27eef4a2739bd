using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A delegation of this tree limits what is spent on it from now on: its chain said so when it was charged.</summary>
/// <param name="Delegation">The delegation.</param>
/// <param name="Limit">How much in each window, in the tree's unit.</param>
/// <param name="Period">The window, in UTC.</param>
/// <param name="Version">Which definition of the delegation says so.</param>
public sealed record BudgetLinkLimited(DelegationId Delegation, Quantity Limit, BudgetPeriod Period, int Version) : LedgerEvent;
