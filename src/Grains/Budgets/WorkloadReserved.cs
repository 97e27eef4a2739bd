using System.Collections.Immutable;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The workload is admitted: this entry is its decision, and this budget holds its money.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Request">What was asked.</param>
/// <param name="Hash">The request's content hash.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="Amount">What this budget holds.</param>
/// <param name="ExpiresAt">When the hold ends without a sign of life.</param>
/// <param name="Decision">The decision, with what every budget holds.</param>
/// <param name="PriceBook">The version of the prices used.</param>
/// <param name="OnDemand">The scopes on demand charged with it; null for none.</param>
/// <param name="WorstCase">What its tokens may cost at most; null if the amount was stated.</param>
/// <param name="Rate">The rate of exchange used; null if none was.</param>
/// <param name="Approval">The approval that it is allowed on, whose hold it takes the place of; null for none.</param>
public sealed record WorkloadReserved(
    WorkloadId Id,
    WorkloadRequest Request,
    ContentHash Hash,
    ScopePath Scope,
    Quantity Amount,
    DateTimeOffset ExpiresAt,
    Decision Decision,
    string? PriceBook,
    ImmutableArray<ScopePath>? OnDemand = null,
    Quantity? WorstCase = null,
    ExchangeRate? Rate = null,
    ApprovalId? Approval = null) : WorkloadEvent(Id)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override EntryRole Role => EntryRole.Decision;
}
