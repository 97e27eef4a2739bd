using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Access;
using GenOps.ControlPlane.Tenants;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Tenants and their kill switch.</summary>
internal static class TenantEndpoints
{
    private const string Tag = "Tenants";

    /// <summary>Adds them.</summary>
    public static void MapTenants(this IEndpointRouteBuilder api)
    {
        api.MapGet("/v1/tenants", ListAsync).Requires(Permission.TenantRead)
            .Describe(Tag, "listTenants", "List tenants", "By name. Takes a credential for all tenants.");

        api.MapPut("/v1/tenants/{tenant}", PutAsync).Requires(Permission.TenantWrite, tenantMustExist: false)
            .Describe(Tag, "putTenant", "Create or change a tenant",
                "Sending the same again changes nothing. With authority 'observe', what no delegation permits is answered WARNING with the code that it would be refused with.");

        api.MapGet("/v1/tenants/{tenant}", GetAsync).Requires(Permission.TenantRead)
            .Describe(Tag, "getTenant", "Read a tenant", "Its state and, if it is suspended, why.");

        api.MapDelete("/v1/tenants/{tenant}", CloseAsync).Requires(Permission.TenantWrite)
            .Describe(Tag, "closeTenant", "Close a tenant", "It takes no new work from now on. What is held is still settled, and its evidence stays.");

        api.MapPost("/v1/tenants/{tenant}/suspend", SuspendAsync).Requires(Permission.TenantSuspend)
            .Describe(Tag, "suspendTenant", "Pull the kill switch",
                "Stops every agent of the tenant. No call that starts after the answer is allowed. The body may be left out. "
                + "With dryRun=true: what would be cut off, and nothing is changed.")
            .HasDryRun();

        api.MapPost("/v1/tenants/{tenant}/resume", ResumeAsync).Requires(Permission.TenantSuspend)
            .Describe(Tag, "resumeTenant", "Release the kill switch", "The tenant's agents may act again. The body may be left out.");
    }

    private static async Task<Page<TenantView>> ListAsync(
        string? after, int? limit, ILedgerReader ledger, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var page = await StreamListing.ReadAsync(ledger, "t/", after, limit, cancellationToken);
        var items = ImmutableArray.CreateBuilder<TenantView>();
        foreach (var name in page.Items.Where(name => name != TenantId.All.Value))
            items.Add(await Grain(grains, TenantId.Parse(name)).GetAsync());
        return new Page<TenantView>(items.ToImmutable(), page.Next);
    }

    private static Task<TenantView> PutAsync(TenantId tenant, Body<TenantDefinition> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant).PutAsync(body.Value, caller.Principal);

    private static Task<TenantView> GetAsync(TenantId tenant, IGrainFactory grains) => Grain(grains, tenant).GetAsync();

    private static Task<AuthorityChange> CloseAsync(TenantId tenant, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant).CloseAsync(caller.Principal);

    private static async Task<IResult> SuspendAsync(
        TenantId tenant, bool? dryRun, OptionalBody<ReasonRequest> body, Caller caller, CutOffs cutOffs, IGrainFactory grains,
        CancellationToken cancellationToken)
    {
        var reason = body.Value.Text();
        return dryRun == true
            ? TypedResults.Ok(await cutOffs.OfTenantAsync(tenant, cancellationToken))
            : TypedResults.Ok(await Grain(grains, tenant).SuspendAsync(reason, caller.Principal));
    }

    private static Task<AuthorityChange> ResumeAsync(
        TenantId tenant, OptionalBody<ReasonRequest> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant).ResumeAsync(body.Value.Text(), caller.Principal);

    private static ITenantGrain Grain(IGrainFactory grains, TenantId tenant) =>
        grains.Find<ITenantGrain>(ITenantGrain.Key(tenant));
}
