using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Authority;

/// <summary>A delegation that the agent was granted was taken away, for ever.</summary>
public sealed record DelegationRevoked(DelegationId Delegation, string Reason, Principal By) : LedgerEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override WorkloadId? About => Delegation.Subject;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool ChangesAuthority => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool TakesAway => true;
}
