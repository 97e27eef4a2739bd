using System.Text.Json.Serialization;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>How a revocation in the middle of everything went.</summary>
/// <param name="Delegation">The delegation that was taken away.</param>
/// <param name="Descendants">How many delegations hung on it, as the node said before.</param>
/// <param name="AttemptedAfterAcknowledged">Calls on it and on those below that began after the acknowledgement.</param>
/// <param name="AllowedAfterAcknowledged">Those of them that were allowed; there must be none.</param>
/// <param name="ElapsedMs">How long it took, as the node's acknowledgement says, in milliseconds.</param>
internal sealed record RevocationReport(
    DelegationId Delegation, int Descendants, int AttemptedAfterAcknowledged, int AllowedAfterAcknowledged, double ElapsedMs)
{
    /// <summary>What it would cut off, as the node said before; for the screen.</summary>
    [JsonIgnore]
    public CutOff? CutOff { get; init; }
}
