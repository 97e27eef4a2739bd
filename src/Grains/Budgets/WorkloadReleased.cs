using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The hold is given back.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="ReservedAt">When it was reserved.</param>
/// <param name="Amount">What is given back.</param>
/// <param name="Cause">Who gave it back.</param>
/// <param name="Reason">Why.</param>
/// <param name="From">Where it stood before; null in entries that are older than write-offs.</param>
/// <param name="OnDemand">The scopes on demand charged with it; null for none.</param>
/// <param name="By">Who wrote it off; null for every other cause.</param>
/// <param name="Approval">The approval whose hold it had taken and that holds again, unless its time is over; null for none.</param>
public sealed record WorkloadReleased(
    WorkloadId Id,
    ScopePath Scope,
    DateTimeOffset ReservedAt,
    Quantity Amount,
    ReleaseCause Cause,
    string Reason,
    WorkloadState? From = null,
    ImmutableArray<ScopePath>? OnDemand = null,
    Principal? By = null,
    ApprovalId? Approval = null) : WorkloadEvent(Id);
