using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tenants;

/// <summary>The tenant takes no new work.</summary>
public sealed record TenantClosed(Principal By) : LedgerEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override bool ChangesAuthority => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool TakesAway => true;
}
