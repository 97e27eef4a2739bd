using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Access;
using GenOps.ControlPlane.Tenants;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Keys of a tenant.</summary>
internal static class KeyEndpoints
{
    private const string Tag = "Keys";

    /// <summary>Adds them.</summary>
    public static void MapKeys(this IEndpointRouteBuilder tenant)
    {
        tenant.MapPost("/keys", CreateAsync).Requires(Permission.KeyWrite)
            .Describe(Tag, "createKey", "Make a key", "The key is in this answer and nowhere else: only its hash is kept.");

        tenant.MapGet("/keys", ListAsync).Requires(Permission.KeyRead)
            .Describe(Tag, "listKeys", "List keys", "Without their secrets; revoked and expired ones too.");

        tenant.MapDelete("/keys/{keyId}", RevokeAsync).Requires(Permission.KeyWrite)
            .Describe(Tag, "revokeKey", "Revoke a key",
                "It is good for nothing from the answer on. Revoking it again changes nothing. What was begun with it is settled with another key. "
                + "With dryRun=true: which agent it is bound to, and nothing is changed.")
            .HasDryRun();
    }

    private static Task<KeyCreated> CreateAsync(TenantId tenant, Body<KeyRequest> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant).CreateKeyAsync(body.Value, caller.Principal);

    private static async Task<Page<KeyView>> ListAsync(TenantId tenant, IGrainFactory grains) =>
        new(await Grain(grains, tenant).ListKeysAsync(), null);

    private static async Task<IResult> RevokeAsync(TenantId tenant, string keyId, bool? dryRun, Caller caller, IGrainFactory grains)
    {
        if (dryRun != true)
            return TypedResults.Ok(await Grain(grains, tenant).RevokeKeyAsync(keyId, caller.Principal));

        var key = (await Grain(grains, tenant).ListKeysAsync()).FirstOrDefault(key => key.Id == keyId)
            ?? throw new NotFoundException("key_not_found", $"there is no key {keyId}");
        return TypedResults.Ok(CutOffs.OfKey(key.RevokedAt is null ? key.Agent : null));
    }

    private static ITenantGrain Grain(IGrainFactory grains, TenantId tenant) =>
        grains.Find<ITenantGrain>(ITenantGrain.Key(tenant));
}
