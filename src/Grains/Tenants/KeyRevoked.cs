using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tenants;

/// <summary>The key is good for nothing any more.</summary>
/// <param name="KeyId">Its id.</param>
/// <param name="By">Who revoked it.</param>
public sealed record KeyRevoked(string KeyId, Principal By) : LedgerEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override bool ChangesAuthority => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool TakesAway => true;
}
