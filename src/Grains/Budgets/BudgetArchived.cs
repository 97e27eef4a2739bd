using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The budget takes no new work from now on.</summary>
public sealed record BudgetArchived(Principal By) : LedgerEvent;
