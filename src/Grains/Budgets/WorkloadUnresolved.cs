using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Nobody knows what was consumed: the hold stays counted until figures arrive.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="ReservedAt">When it was reserved.</param>
/// <param name="From">Where the hold stood before.</param>
/// <param name="Amount">What stays counted.</param>
/// <param name="Why"><c>expired</c>, or what the report lacked.</param>
/// <param name="Report">What the client reported; null if it never did.</param>
/// <param name="Violation">ACCOUNTING_INVARIANT_VIOLATION where the order was wrong.</param>
/// <param name="OnDemand">The scopes on demand charged with it; null for none.</param>
public sealed record WorkloadUnresolved(
    WorkloadId Id,
    ScopePath Scope,
    DateTimeOffset ReservedAt,
    WorkloadState From,
    Quantity Amount,
    string Why,
    Reconciliation? Report,
    string? Violation,
    ImmutableArray<ScopePath>? OnDemand = null) : WorkloadEvent(Id)
{
    /// <summary>The <see cref="Why"/> of a hold whose end nobody reported.</summary>
    public const string Expired = "expired";
}
