using System.Collections.Immutable;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// This budget holds money for an action that a person has to approve first. It counts like any hold, and ends with the
/// workload that is allowed on it, or when its time is over.
/// </summary>
/// <param name="Id">What stands for the approval: <see cref="ApprovalId.Hold"/>.</param>
/// <param name="Agent">The agent that would act.</param>
/// <param name="Hash">The request's content hash.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="Amount">What is held.</param>
/// <param name="Remaining">What the tightest limit leaves; null if nothing limits.</param>
/// <param name="ExpiresAt">When the approval ends, and this hold is given back.</param>
/// <param name="PriceBook">The version of the prices used.</param>
/// <param name="OnDemand">The scopes on demand charged with it; null for none.</param>
/// <param name="WorstCase">What its tokens may cost at most; null if the amount was stated.</param>
/// <param name="Rate">The rate of exchange used; null if none was.</param>
/// <param name="Attributes">Whom and what it is for.</param>
/// <param name="Estimated">Why less is held than it may cost at most; null if it is the most.</param>
/// <param name="Warning">Why it is answered WARNING; null if it is not.</param>
/// <param name="Delegation">The last delegation of the chain that would permit it; null for none.</param>
public sealed record ApprovalHeld(
    WorkloadId Id,
    AgentId Agent,
    ContentHash Hash,
    ScopePath Scope,
    Quantity Amount,
    Quantity? Remaining,
    DateTimeOffset ExpiresAt,
    string? PriceBook,
    ImmutableArray<ScopePath>? OnDemand = null,
    Quantity? WorstCase = null,
    ExchangeRate? Rate = null,
    SpendAttributes? Attributes = null,
    ReservationEstimate? Estimated = null,
    DecisionWarning? Warning = null,
    DelegationId? Delegation = null) : WorkloadEvent(Id)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override EntryRole Role => EntryRole.Hold;
}
