using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Authority;

/// <summary>The agent was granted a delegation. One name is given once in a tenant, whoever is granted it: that is what the slot is for.</summary>
public sealed record DelegationGranted(DelegationId Delegation, DelegationDefinition Definition, Principal By) : LedgerEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override WorkloadId? About => Delegation.Subject;

    /// <inheritdoc/>
    [JsonIgnore]
    public override EntryRole Role => EntryRole.Decision;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool ChangesAuthority => true;
}
