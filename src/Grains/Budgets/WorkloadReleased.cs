using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The hold is given back.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="ReservedAt">When it was reserved.</param>
/// <param name="Amount">What is given back.</param>
/// <param name="Cause">Who gave it back.</param>
/// <param name="Reason">Why.</param>
public sealed record WorkloadReleased(
    WorkloadId Id,
    ScopePath Scope,
    DateTimeOffset ReservedAt,
    Quantity Amount,
    ReleaseCause Cause,
    string Reason) : WorkloadEvent(Id);
