using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;

namespace GenOps.ControlPlane.Silo.Access;

/// <summary>
/// Sees to it that the operator of the machine is never locked out: at the first start it makes the admin key of all
/// tenants. A crash between making a key and writing it, or a deleted file, is mended at the next start by a new key
/// that ends the old one. Runs after the silo has started and before HTTP listens.
/// </summary>
internal sealed class AdminKeyBootstrap(
    AdminKeyFile file, IGrainFactory grains, TimeProvider time, ILogger<AdminKeyBootstrap> log) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var everyTenant = grains.Find<ITenantGrain>(ITenantGrain.Key(TenantId.All));
        var now = time.GetUtcNow();
        var admins = (await everyTenant.ListKeysAsync())
            .Where(key => key.Role == Role.Admin && key.RevokedAt is null && (key.ExpiresAt is null || key.ExpiresAt > now))
            .ToArray();

        var kept = file.Read() is { Tenant.IsAll: true } written ? Array.Find(admins, key => key.Id == written.Id) : null;
        if (kept is null)
        {
            // Somebody else holds an admin key: it is their business to hand out others.
            if (Array.Exists(admins, key => !IsOurs(key)))
                return;

            var made = await everyTenant.CreateKeyAsync(new KeyRequest(Role.Admin, Principal.Bootstrap), Principal.Bootstrap);
            file.Write(made.Key);
            AccessLog.AdminKeyMade(log, file.Path);
        }

        // Only now: until the file is in place, the key before it is the only way in.
        foreach (var old in admins.Where(key => IsOurs(key) && key != kept))
        {
            await everyTenant.RevokeKeyAsync(old.Id, Principal.Bootstrap);
            AccessLog.AdminKeyRevoked(log, old.Id);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool IsOurs(KeyView key) => key.Principal == Principal.Bootstrap && key.CreatedBy == Principal.Bootstrap;
}
