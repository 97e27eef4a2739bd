using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The scope takes reservations again.</summary>
/// <param name="Scope">The scope.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who.</param>
/// <param name="Id">The idempotency key; null if none was given.</param>
public sealed record BudgetUnfrozen(ScopePath Scope, string Reason, Principal By, string? Id = null) : LedgerEvent;
