using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Tenants;

/// <summary>A key as its tenant keeps it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="SecretHash">SHA-256 of the secret, in hexadecimal.</param>
/// <param name="Request">What it is good for.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="RevokedAt">When it was revoked; null if it was not.</param>
public sealed record IssuedKey(
    string Id, string SecretHash, KeyRequest Request, DateTimeOffset CreatedAt, Principal CreatedBy, DateTimeOffset? RevokedAt)
{
    /// <summary>Whether it is good for anything at <paramref name="now"/>.</summary>
    public bool IsGood(DateTimeOffset now) => RevokedAt is null && (Request.ExpiresAt is not { } end || now < end);

    /// <summary>The key without its secret.</summary>
    public KeyView View() => new(
        Id, Request.Role, Request.Principal, Request.Groups ?? [], Request.Agent, CreatedAt, CreatedBy, Request.ExpiresAt, RevokedAt);

    /// <summary>The caller behind the key.</summary>
    public Credential Credential(TenantId tenant) =>
        new(tenant, Id, Request.Role, Request.Principal, Request.Groups ?? [], Request.Agent);
}
