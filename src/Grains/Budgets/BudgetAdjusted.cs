using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What a scope has left was corrected by hand.</summary>
/// <param name="AdjustmentId">The idempotency key.</param>
/// <param name="Scope">The scope.</param>
/// <param name="Amount">A credit if positive, a debit if negative; with <paramref name="Until"/>, by how much limits are raised.</param>
/// <param name="Until">When a raise ends; null for a credit or debit.</param>
/// <param name="Period">The limit raised; null for all of the scope's.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who.</param>
public sealed record BudgetAdjusted(
    string AdjustmentId,
    ScopePath Scope,
    Quantity Amount,
    DateTimeOffset? Until,
    BudgetPeriod? Period,
    string Reason,
    Principal By) : LedgerEvent;
