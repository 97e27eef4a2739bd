using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Authority;

/// <summary>A delegation that the agent was granted was changed.</summary>
public sealed record DelegationChanged(DelegationId Delegation, DelegationDefinition Definition, Principal By) : LedgerEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override WorkloadId? About => Delegation.Subject;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool ChangesAuthority => true;
}
