using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A tombstone: the workload was given up before it arrived, and now it never can.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Reason">Why.</param>
public sealed record WorkloadAbandoned(WorkloadId Id, string Reason) : WorkloadEvent(Id)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override EntryRole Role => EntryRole.Decision;
}
