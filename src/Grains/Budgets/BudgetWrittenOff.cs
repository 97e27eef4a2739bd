using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A write-off that was given an idempotency key is done. Each workload has an entry of its own before this.</summary>
/// <param name="WriteOffId">The idempotency key.</param>
/// <param name="Hash">What was asked for.</param>
/// <param name="Count">How many workloads it wrote off at the last.</param>
/// <param name="Amount">What they counted for.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who.</param>
public sealed record BudgetWrittenOff(
    string WriteOffId, ContentHash Hash, int Count, Quantity Amount, string Reason, Principal By) : LedgerEvent;
