using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Asks one budget to hold money for a workload.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Request">The whole request: the entry that decides keeps it as evidence.</param>
/// <param name="Hash">The request's content hash.</param>
/// <param name="Scope">The scope to charge.</param>
/// <param name="Charge">What it costs this budget.</param>
/// <param name="CheckedAt">The epoch that authority was checked at.</param>
/// <param name="CommitsIn">The last budget of the decision, whose entry decides; null if that is this one.</param>
/// <param name="Held">What the earlier budgets of the decision hold; only for the last one.</param>
/// <param name="DryRun">Decide and explain, and hold and write nothing.</param>
/// <param name="Warning">Why authority, or an earlier budget of the decision, answered WARNING; null if none did.</param>
/// <param name="Chain">The delegations that permit it, the person's first; null if none do.</param>
/// <param name="Spend">For the tree of a delegation: the limits that the chain sets. Null for any other budget.</param>
/// <param name="Approval">The approval that it is allowed on; null if it needs none.</param>
/// <param name="HoldUntil">
/// Hold the money for an approval until then, under the approval's id, instead of admitting: nothing is decided, and a
/// refusal is answered and not recorded. Null to admit.
/// </param>
[GenerateSerializer, Immutable, Alias("genops.ReserveCommand")]
public sealed record ReserveCommand(
    WorkloadId Id,
    WorkloadRequest Request,
    ContentHash Hash,
    ScopePath Scope,
    Charge Charge,
    Epoch CheckedAt,
    BudgetRoot? CommitsIn,
    ImmutableArray<Reservation> Held,
    bool DryRun = false,
    DecisionWarning? Warning = null,
    ImmutableArray<DelegationId>? Chain = null,
    SpendChain? Spend = null,
    ApprovalUse? Approval = null,
    DateTimeOffset? HoldUntil = null);
