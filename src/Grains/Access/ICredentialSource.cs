namespace GenOps.ControlPlane.Access;

/// <summary>Tells who a key belongs to, from the ledger that revokes it.</summary>
public interface ICredentialSource
{
    /// <summary>The caller behind <paramref name="key"/>; null if it is malformed, unknown, expired or revoked.</summary>
    /// <exception cref="Errors.UnavailableException">The ledger can't be reached, so nobody can tell.</exception>
    ValueTask<Credential?> AuthenticateAsync(string? key, CancellationToken cancellationToken = default);
}
