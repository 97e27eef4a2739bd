using System.Collections.Concurrent;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>
/// The tenants that this node has met. A tenant that was made once stays for ever, if only closed, so a yes is remembered and a
/// no never is: made-up names take no memory.
/// </summary>
internal sealed class KnownTenants(IGrainFactory grains)
{
    private readonly ConcurrentDictionary<TenantId, bool> _known = new();

    /// <summary>Does nothing if the tenant exists.</summary>
    /// <exception cref="GenOps.ControlPlane.Errors.NotFoundException"><c>tenant_not_found</c>.</exception>
    public ValueTask RequireAsync(TenantId tenant) => _known.ContainsKey(tenant) ? default : new ValueTask(AskAsync(tenant));

    private async Task AskAsync(TenantId tenant)
    {
        await grains.GetGrain<ITenantGrain>(ITenantGrain.Key(tenant)).GetAsync();
        _known.TryAdd(tenant, true);
    }
}
