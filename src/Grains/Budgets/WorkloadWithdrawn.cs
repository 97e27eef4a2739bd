using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// The admission was taken back before anybody was told of it, since its authority had gone meanwhile. The decision
/// that counts is this one.
/// </summary>
/// <param name="Id">The workload.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="ReservedAt">When it was reserved.</param>
/// <param name="Amount">What is given back.</param>
/// <param name="Decision">The refusal.</param>
/// <param name="Approval">The approval whose hold it had taken and that holds again, unless its time is over; null for none.</param>
public sealed record WorkloadWithdrawn(
    WorkloadId Id,
    ScopePath Scope,
    DateTimeOffset ReservedAt,
    Quantity Amount,
    Decision Decision,
    ApprovalId? Approval = null) : WorkloadEvent(Id);
