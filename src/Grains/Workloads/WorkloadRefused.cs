using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Workloads;

/// <summary>The workload is refused, by a budget or already by its agent: this entry is its decision.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Request">What was asked.</param>
/// <param name="Hash">The request's content hash.</param>
/// <param name="Decision">The decision.</param>
public sealed record WorkloadRefused(
    WorkloadId Id, WorkloadRequest Request, ContentHash Hash, Decision Decision) : WorkloadEvent(Id)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override EntryRole Role => EntryRole.Decision;
}
