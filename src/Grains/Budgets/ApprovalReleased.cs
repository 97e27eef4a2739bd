using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What was held for an approval is given back: nothing runs on it any more.</summary>
/// <param name="Id">What stands for the approval: <see cref="ApprovalId.Hold"/>.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="HeldAt">When it was held.</param>
/// <param name="Amount">What is given back.</param>
/// <param name="Cause">Who gave it back.</param>
/// <param name="Reason">Why.</param>
/// <param name="OnDemand">The scopes on demand charged with it; null for none.</param>
public sealed record ApprovalReleased(
    WorkloadId Id,
    ScopePath Scope,
    DateTimeOffset HeldAt,
    Quantity Amount,
    ReleaseCause Cause,
    string Reason,
    ImmutableArray<ScopePath>? OnDemand = null) : WorkloadEvent(Id);
