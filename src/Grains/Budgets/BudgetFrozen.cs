using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The scope and all below it take no reservation from now on.</summary>
public sealed record BudgetFrozen(ScopePath Scope, string Reason, Principal By) : LedgerEvent;
