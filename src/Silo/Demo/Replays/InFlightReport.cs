using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>What became of a workload that ran when its authority was taken away.</summary>
/// <param name="Agent">Its agent.</param>
/// <param name="ToldAfterMs">
/// How long after the acknowledgement its token fired, in milliseconds; less than 0 if it was told before the
/// acknowledgement had arrived; null if it never was.
/// </param>
/// <param name="Settled">Whether its figures were taken nevertheless.</param>
internal sealed record InFlightReport(AgentId Agent, double? ToldAfterMs, bool Settled)
{
    /// <summary>The call itself.</summary>
    [JsonIgnore]
    public required ExtraCall Call { get; init; }
}
