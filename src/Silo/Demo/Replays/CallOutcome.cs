using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Demo.Traces;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>What became of one call, as its caller knows it.</summary>
/// <param name="Call">The call.</param>
/// <param name="Id">Its workload.</param>
/// <param name="Result">The decision's result.</param>
/// <param name="ReasonCode">The decision's reason; null if it was simply allowed.</param>
/// <param name="AuthorizeTime">How long the decision took.</param>
/// <param name="ReconcileTime">How long the report of its figures took; null if there was none.</param>
internal sealed record CallOutcome(
    AssignedCall Call,
    WorkloadId Id,
    DecisionResult Result,
    string? ReasonCode,
    TimeSpan AuthorizeTime,
    TimeSpan? ReconcileTime)
{
    /// <summary>The delegations that permitted it, the person's first; empty if none did.</summary>
    public ImmutableArray<DelegationId> Chain { get; init; } = [];
}
