using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Access;

/// <summary>
/// In a cluster without a given key: makes the first admin's key of all tenants if none is good, and leaves it in this node's
/// data directory. Of several nodes one does. The file is written first, so that no crash leaves a key that nobody has.
/// </summary>
internal sealed class FirstAdminKey(AdminKeyFile file, AdminKeys keys, ILogger<FirstAdminKey> log) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // One that an earlier start wrote and perhaps never registered.
        var written = file.Read() is { Tenant.IsAll: true } kept ? kept : null;
        var key = written ?? ApiKey.New(TenantId.All);
        if (written is null)
            file.Write(key.Reveal());

        var registered = await keys.RegisterAsync(key, onlyFirst: true, cancellationToken);
        if (registered is null)
        {
            // Somebody else holds an admin key, perhaps from another node a moment ago.
            if (written is null)
                File.Delete(file.Path);
            else
                AccessLog.AdminKeyUnknown(log, file.Path);
        }
        else if (registered.RevokedAt is { } revokedAt)
        {
            AccessLog.GivenKeyUseless(log, file.Path, FormattableString.Invariant($"the key {registered.Id} was revoked at {revokedAt:u}"));
        }
        else if (written is null)
        {
            AccessLog.AdminKeyMade(log, file.Path);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
