using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>How a budget stands to one workload: what is held, or what became of it.</summary>
/// <param name="Scope">The scope charged.</param>
/// <param name="ReservedAt">When it was reserved: decides the windows.</param>
/// <param name="Amount">What was held.</param>
/// <param name="State">Where it stands.</param>
/// <param name="ExpiresAt">When an open hold ends without a sign of life.</param>
/// <param name="CommitsIn">The budget that decides; null if it is this one.</param>
/// <param name="Actual">What was consumed, once that is known.</param>
/// <param name="ReleasedByClient">Whether it was once given back by its client, so that figures after that contradict.</param>
/// <param name="WasGivenBack">Whether it counts again after it was given back: the money may be held by others too.</param>
/// <param name="IsConfirmed">Whether its client was told of it for certain, so that it can't be withdrawn.</param>
/// <param name="OnDemand">The scopes on demand charged with it; null for none.</param>
/// <param name="Model">The name in the history of models; null if the amount was stated and not worked out from tokens.</param>
/// <param name="WorstCase">What its tokens may cost at most; null with <paramref name="Model"/>.</param>
/// <param name="Report">What was reported, once it is reconciled; null for spend without a reservation, and until then.</param>
/// <param name="For">Whose work it is; null in what is only looked up, and for an approval.</param>
/// <param name="IsForApproval">Whether this is no workload, but money that waits for a person's approval.</param>
/// <param name="Taken">The approval's hold that it took the place of, as long as that may hold again; null for none.</param>
public sealed record Holding(
    ScopePath Scope,
    DateTimeOffset ReservedAt,
    Quantity Amount,
    WorkloadState State,
    DateTimeOffset ExpiresAt,
    BudgetRoot? CommitsIn,
    Quantity? Actual = null,
    bool ReleasedByClient = false,
    bool WasGivenBack = false,
    bool IsConfirmed = false,
    ImmutableArray<ScopePath>? OnDemand = null,
    string? Model = null,
    Quantity? WorstCase = null,
    Reconciliation? Report = null,
    HeldFor? For = null,
    bool IsForApproval = false,
    TakenHold? Taken = null)
{
    /// <summary>Whether it still counts as held.</summary>
    public bool IsHeld => State is WorkloadState.Open or WorkloadState.Unresolved;
}
