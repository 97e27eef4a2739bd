using System.Collections.Concurrent;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Tests.Gateway;

/// <summary>The keys of a test.</summary>
internal sealed class KeyRing : ICredentialSource
{
    private readonly ConcurrentDictionary<(TenantId Tenant, string KeyId), (ApiKey Key, Credential Credential)> _keys = new();

    public volatile bool Unreachable;

    public ApiKey Issue(TenantId tenant, Role role = Role.Service, AgentId? agent = null)
    {
        var key = ApiKey.New(tenant);
        _keys[(tenant, key.Id)] = (key, new Credential(tenant, key.Id, role, Principal.Parse("user:test"), [], agent));
        return key;
    }

    public void Revoke(ApiKey key) => _keys.TryRemove((key.Tenant, key.Id), out _);

    public ValueTask<Credential?> AuthenticateAsync(string? key, CancellationToken cancellationToken = default)
    {
        if (Unreachable)
            throw UnavailableException.Unreachable("the ledger can't be read");
        return new(ApiKey.TryParse(key, out var presented) && _keys.TryGetValue((presented.Tenant, presented.Id), out var known)
            && presented.SecretHash == known.Key.SecretHash ? known.Credential : null);
    }

    public ValueTask<Credential?> FindAsync(TenantId tenant, string keyId) =>
        new(_keys.TryGetValue((tenant, keyId), out var known) ? known.Credential : null);
}
