using System.Text.Json.Serialization;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tenants;

/// <summary>A key was made. Only the hash of its secret is kept.</summary>
/// <param name="KeyId">Its id.</param>
/// <param name="SecretHash">SHA-256 of the secret, in hexadecimal.</param>
/// <param name="Request">What it is good for.</param>
/// <param name="By">Who made it.</param>
public sealed record KeyIssued(string KeyId, string SecretHash, KeyRequest Request, Principal By) : LedgerEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override bool ChangesAuthority => true;
}
