using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

/// <summary>The answer to a <see cref="WorkloadRequest"/>. Recorded once, and never changed.</summary>
/// <param name="Id">The workload decided.</param>
/// <param name="Result">One of the four.</param>
/// <param name="ReasonCode">One of <see cref="ReasonCodes"/>; null exactly if the result is ALLOWED.</param>
/// <param name="Reason">The same for people: what was asked, what there is, how to mend it.</param>
/// <param name="DeterminedBy">What decided: a scope's limit, the agent, the tenant.</param>
/// <param name="Reservations">
/// What was reserved, by budget in name order; empty if nothing was. An admitted workload holds it. A refused one does not:
/// what earlier budgets had reserved before a later one, or a revocation, refused is given back.
/// </param>
/// <param name="ExpiresAt">When the hold turns unresolved without a sign of life; null if nothing is held.</param>
/// <param name="Epoch">The epoch that authority was checked at.</param>
/// <param name="Approval">The approval that is waited for, or that it was allowed on.</param>
/// <param name="RetryAfterMs">When to ask again, in milliseconds from now.</param>
/// <param name="Chain">The delegations that permit it, the person's first; null if none was found to, or none is required.</param>
[GenerateSerializer, Immutable, Alias("genops.Decision")]
public sealed record Decision(
    WorkloadId Id,
    DecisionResult Result,
    string? ReasonCode,
    string? Reason,
    string? DeterminedBy,
    ImmutableArray<Reservation> Reservations,
    DateTimeOffset? ExpiresAt,
    Epoch Epoch,
    string? Approval = null,
    long? RetryAfterMs = null,
    ImmutableArray<DelegationId>? Chain = null);
