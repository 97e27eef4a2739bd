using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The actual is recorded, in full, whatever the hold was and wherever it stood.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="ReservedAt">When it was reserved: the charge belongs to that instant's windows.</param>
/// <param name="From">Where the hold stood before.</param>
/// <param name="Reserved">What was held.</param>
/// <param name="Actual">What was consumed.</param>
/// <param name="Report">What the client reported.</param>
/// <param name="PriceBook">The version of the prices used.</param>
/// <param name="PriceFallback">Whether the reserved model's price stood in for an unknown response model's.</param>
/// <param name="Violation">ACCOUNTING_INVARIANT_VIOLATION where the order was wrong.</param>
/// <param name="OnDemand">The scopes on demand charged with it; null for none.</param>
/// <param name="Overrun">The part of <paramref name="Actual"/> that no admission covers; null in entries of an earlier build.</param>
/// <param name="Rate">The rate of exchange used; null if none was.</param>
public sealed record WorkloadReconciled(
    WorkloadId Id,
    ScopePath Scope,
    DateTimeOffset ReservedAt,
    WorkloadState From,
    Quantity Reserved,
    Quantity Actual,
    Reconciliation Report,
    string? PriceBook,
    bool PriceFallback,
    string? Violation,
    ImmutableArray<ScopePath>? OnDemand = null,
    Quantity? Overrun = null,
    ExchangeRate? Rate = null) : WorkloadEvent(Id);
