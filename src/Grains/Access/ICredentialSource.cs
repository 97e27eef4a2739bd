using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Access;

/// <summary>Tells who a key belongs to, from the ledger that revokes it.</summary>
public interface ICredentialSource
{
    /// <summary>The caller behind <paramref name="key"/>; null if it is malformed, unknown, expired or revoked.</summary>
    /// <exception cref="Errors.UnavailableException">The ledger can't be reached, so nobody can tell.</exception>
    ValueTask<Credential?> AuthenticateAsync(string? key, CancellationToken cancellationToken = default);

    /// <summary>The caller behind a key that was authenticated before; null if it is no longer good.</summary>
    /// <exception cref="Errors.UnavailableException">The ledger can't be reached, so nobody can tell.</exception>
    ValueTask<Credential?> FindAsync(TenantId tenant, string keyId);
}
