using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>An event of one workload; the id stands in the entry's envelope, not in its data.</summary>
/// <param name="Id">The workload.</param>
public abstract record WorkloadEvent([property: JsonIgnore] WorkloadId Id) : LedgerEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override WorkloadId? About => Id;
}
