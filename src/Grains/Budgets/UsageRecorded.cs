using System.Collections.Immutable;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Spend that happened without a reservation, in full.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Report">What was reported.</param>
/// <param name="Hash">The report's content hash.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="Actual">What was consumed, in this budget.</param>
/// <param name="CommitsIn">The budget whose entry is the record; null if it is this one.</param>
/// <param name="Charged">What every budget recorded, if this entry is the record.</param>
/// <param name="PriceBook">The version of the prices used.</param>
/// <param name="OnDemand">The scopes on demand charged with it; null for none.</param>
/// <param name="ChargedAt">The instant whose windows are charged: when it happened; null if that is when it was recorded.</param>
/// <param name="Rate">The rate of exchange used; null if none was.</param>
public sealed record UsageRecorded(
    WorkloadId Id,
    UsageReport Report,
    ContentHash Hash,
    ScopePath Scope,
    Quantity Actual,
    BudgetRoot? CommitsIn,
    ImmutableArray<Settlement>? Charged,
    string? PriceBook,
    ImmutableArray<ScopePath>? OnDemand = null,
    DateTimeOffset? ChargedAt = null,
    ExchangeRate? Rate = null) : WorkloadEvent(Id)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override EntryRole Role => CommitsIn is null ? EntryRole.Decision : EntryRole.Hold;
}
