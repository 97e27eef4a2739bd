using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tenants;

/// <summary>The kill switch is on.</summary>
public sealed record TenantSuspended(string Reason, Principal By) : LedgerEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override bool ChangesAuthority => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool TakesAway => true;
}
