using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;

namespace GenOps.ControlPlane.Silo.Access;

/// <summary>The admin keys of all tenants, as the bootstrap of several nodes at once sees them.</summary>
internal sealed class AdminKeys(IGrainFactory grains, TimeProvider time, ILogger<AdminKeys> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private ITenantGrain EveryTenant => grains.Find<ITenantGrain>(ITenantGrain.Key(TenantId.All));

    /// <summary>Registers <paramref name="key"/> as the bootstrap admin's, unless it is.</summary>
    /// <returns>The key as it stands, revoked or not; null if <paramref name="onlyFirst"/> held it back.</returns>
    /// <exception cref="ConflictException">A key with its id has another secret.</exception>
    public Task<KeyView?> RegisterAsync(ApiKey key, bool onlyFirst, CancellationToken cancellationToken) =>
        WithPatienceAsync(
            () => EveryTenant.RegisterKeyAsync(
                new KeyRegistration(key.Id, key.SecretHash, new KeyRequest(Role.Admin, Principal.Bootstrap), onlyFirst), Principal.Bootstrap),
            cancellationToken);

    /// <summary>
    /// Ends the bootstrap's own keys that were made before <paramref name="key"/>. Later ones stay: a node that was started
    /// with the older file must not end the key that replaced its own.
    /// </summary>
    public async Task RevokeOlderAsync(KeyView key, CancellationToken cancellationToken)
    {
        var keys = await WithPatienceAsync(() => EveryTenant.ListKeysAsync(), cancellationToken);
        foreach (var old in keys.Where(other => IsOurs(other) && other.RevokedAt is null && other.Id != key.Id && other.CreatedAt < key.CreatedAt))
        {
            await WithPatienceAsync(() => EveryTenant.RevokeKeyAsync(old.Id, Principal.Bootstrap), cancellationToken);
            AccessLog.AdminKeyRevoked(log, old.Id);
        }
    }

    /// <summary>Whether the bootstrap made the key, for itself.</summary>
    public static bool IsOurs(KeyView key) => key.Principal == Principal.Bootstrap && key.CreatedBy == Principal.Bootstrap;

    /// <summary>Asks again for a while: when a whole cluster starts, the one actor of these keys may move or lose a race.</summary>
    private async Task<T> WithPatienceAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception error) when (error is UnavailableException or TimeoutException or OrleansException && time.GetElapsedTime(started) < Patience)
            {
                AccessLog.AdminKeyWaits(log, error.Message);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
