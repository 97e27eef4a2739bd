using System.Text.Json.Serialization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>This budget holds money for a workload that another one decides.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Agent">The agent that acts.</param>
/// <param name="Hash">The request's content hash.</param>
/// <param name="CommitsIn">The budget whose entry decides.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="Amount">What is held.</param>
/// <param name="Remaining">What the tightest limit leaves; null if nothing limits.</param>
/// <param name="ExpiresAt">When the hold ends without a sign of life.</param>
/// <param name="PriceBook">The version of the prices used.</param>
public sealed record WorkloadHeld(
    WorkloadId Id,
    AgentId Agent,
    ContentHash Hash,
    BudgetRoot CommitsIn,
    ScopePath Scope,
    Quantity Amount,
    Quantity? Remaining,
    DateTimeOffset ExpiresAt,
    string? PriceBook) : WorkloadEvent(Id)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override EntryRole Role => EntryRole.Hold;
}
