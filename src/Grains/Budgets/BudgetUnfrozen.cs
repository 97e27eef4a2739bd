using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The scope takes reservations again.</summary>
public sealed record BudgetUnfrozen(ScopePath Scope, string Reason, Principal By) : LedgerEvent;
