using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What is consumed of a limit crossed a threshold, for the first time in its window.</summary>
/// <param name="Scope">The scope.</param>
/// <param name="Period">The limit's kind of window.</param>
/// <param name="WindowStart">When the window began; null for one without beginning.</param>
/// <param name="Threshold">The percentage crossed.</param>
/// <param name="Consumed">What is spent or unresolved: money that is gone, or may be.</param>
/// <param name="Allocated">The limit in force.</param>
public sealed record BudgetAlerted(
    ScopePath Scope,
    BudgetPeriod Period,
    DateTimeOffset? WindowStart,
    int Threshold,
    Quantity Consumed,
    Quantity Allocated) : LedgerEvent;
