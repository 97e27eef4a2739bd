using System.Collections.Concurrent;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>
/// The tenants that this node has met. A tenant that was made once stays for ever, if only closed, so a yes is remembered and a
/// no never is: made-up names take no memory. A yes is worth nothing once the ledger was replaced.
/// </summary>
internal sealed class KnownTenants(IGrainFactory grains, AuthorityWatch watch)
{
    private readonly ConcurrentDictionary<TenantId, long> _known = new();

    /// <summary>Does nothing if the tenant exists.</summary>
    /// <exception cref="GenOps.ControlPlane.Errors.NotFoundException"><c>tenant_not_found</c>.</exception>
    public ValueTask RequireAsync(TenantId tenant) => _known.TryGetValue(tenant, out var era) && era == watch.Current.Era ? default : new ValueTask(AskAsync(tenant));

    private async Task AskAsync(TenantId tenant)
    {
        var era = watch.Current.Era;
        await grains.Find<ITenantGrain>(ITenantGrain.Key(tenant)).GetAsync();
        _known[tenant] = era;
    }
}
