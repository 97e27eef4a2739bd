using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Access;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Delegations: who may do what, by whose word.</summary>
internal static class DelegationEndpoints
{
    private const string Tag = "Delegations";

    /// <summary>Adds them.</summary>
    public static void MapDelegations(this IEndpointRouteBuilder tenant)
    {
        tenant.MapGet("/delegations", ListAsync).Requires(Permission.DelegationRead)
            .Describe(Tag, "listDelegations", "List delegations",
                "By name, revoked ones too. A credential that is bound to an agent sees what that agent was granted and what it passed on.");

        tenant.MapPut("/delegations/{delegation}", PutAsync).Requires(Permission.DelegationWrite)
            .Describe(Tag, "putDelegation", "Make or change a delegation",
                "A person delegates with their own key, an agent with a key that is bound to it, an admin in anybody's name. What is wider than the "
                + "delegation above is refused, and the field says which part. What is made narrower narrows all below it at their next decision. "
                + "Who delegates to whom, the parent, and the unit and window of the spend can't change; a revoked name is spent for ever.");

        tenant.MapGet("/delegations/{delegation}", GetAsync).Requires(Permission.DelegationRead)
            .Describe(Tag, "getDelegation", "Read a delegation", "As it was last put, and where it stands by itself; its chain says whether it permits anything.");

        tenant.MapGet("/delegations/{delegation}/chain", GetChainAsync).Requires(Permission.DelegationRead)
            .Describe(Tag, "getDelegationChain", "Read a delegation's chain",
                "It and all above it, up to the person, where each link stands, and what all of them permit together.");

        tenant.MapPost("/delegations/{delegation}/revoke", RevokeAsync).Requires(Permission.DelegationRevoke)
            .Describe(Tag, "revokeDelegation", "Take a delegation away",
                "For ever, and with it all that was made from it. No call on it that starts after the answer is allowed. Reconciliation goes on. "
                + "Again is fine. The body may be left out. With dryRun=true: what would be cut off, and nothing is changed.")
            .HasDryRun();
    }

    private static async Task<Page<DelegationView>> ListAsync(
        TenantId tenant, Principal? to, Principal? from, DelegationId? parent, DelegationId? after, int? limit, Caller caller,
        DelegationIndex index, IGrainFactory grains, TimeProvider time, IOptions<DelegationIndexOptions> options,
        CancellationToken cancellationToken)
    {
        var count = RequestField.Limit(limit, Page<DelegationView>.LimitDefault, Page<DelegationView>.LimitMax);
        if (to is { IsAgent: false })
            throw new InvalidRequestException("to", "is an agent, such as agent:planner: nobody delegates to a person");

        // A key for one agent is told if it asks for what is another's alone.
        var bound = caller.Credential.Agent;
        if (bound is { } own && to?.Agent is { } grantee && from != Principal.Of(own))
            caller.RequireAgent(grantee);

        var query = new DelegationQuery(to?.Agent, from, bound, parent, after, count + 1);
        var now = time.GetUtcNow();
        var found = await index.AskAsync(tenant, forest => forest.List(query, now), cancellationToken);
        var views = new DelegationView?[Math.Min(count, found.Length)];
        await Parallel.ForAsync(
            0, views.Length,
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.AskedAtOnceMax, CancellationToken = cancellationToken },
            async (i, _) => views[i] = await ReadAsync(Grain(grains, tenant, found[i].To), found[i].Id));
        return new Page<DelegationView>([.. views.OfType<DelegationView>()], found.Length > count ? found[count - 1].Id.Value : null);
    }

    private static async Task<DelegationView> PutAsync(
        TenantId tenant, DelegationId delegation, Body<DelegationDefinition> body, Caller caller, IGrainFactory grains)
    {
        var definition = body.Value;
        if (definition.To.Agent is not { } grantee)
            throw new InvalidRequestException("to", "is an agent, such as agent:planner: nobody delegates to a person");

        Require(DelegationAccess.WriteRefusal(caller.Credential, tenant, definition.From));
        return await Grain(grains, tenant, grantee).PutDelegationAsync(delegation, definition, caller.Principal);
    }

    private static async Task<DelegationView> GetAsync(
        TenantId tenant, DelegationId delegation, Caller caller, DelegationIndex index, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var parties = await FindAsync(index, tenant, delegation, cancellationToken);
        Require(DelegationAccess.ReadRefusal(caller.Credential, tenant, parties.From, parties.To));
        return await Grain(grains, tenant, parties.To).GetDelegationAsync(delegation);
    }

    private static async Task<DelegationChainView> GetChainAsync(
        TenantId tenant, DelegationId delegation, Caller caller, DelegationIndex index, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var parties = await FindAsync(index, tenant, delegation, cancellationToken);
        Require(DelegationAccess.ReadRefusal(caller.Credential, tenant, parties.From, parties.To));
        return await Grain(grains, tenant, parties.To).GetChainAsync(delegation);
    }

    private static async Task<IResult> RevokeAsync(
        TenantId tenant, DelegationId delegation, bool? dryRun, OptionalBody<ReasonRequest> body, Caller caller, DelegationIndex index, CutOffs cutOffs,
        IGrainFactory grains, CancellationToken cancellationToken)
    {
        var reason = body.Value.Text();
        var parties = await FindAsync(index, tenant, delegation, cancellationToken);
        Require(DelegationAccess.RevokeRefusal(caller.Credential, tenant, parties.From));
        return dryRun == true
            ? TypedResults.Ok(await cutOffs.OfDelegationAsync(tenant, delegation, cancellationToken))
            : TypedResults.Ok(await Grain(grains, tenant, parties.To).RevokeDelegationAsync(delegation, reason, caller.Principal));
    }

    private static async Task<DelegationView?> ReadAsync(IAgentGrain grantee, DelegationId id)
    {
        try
        {
            return await grantee.GetDelegationAsync(id);
        }
        catch (NotFoundException error) when (error.Code == "delegation_not_found")
        {
            // An agent that holds many forgets those first that ended long ago; the evidence has them.
            return null;
        }
    }

    private static async Task<DelegationParties> FindAsync(
        DelegationIndex index, TenantId tenant, DelegationId delegation, CancellationToken cancellationToken) =>
        await index.FindAsync(tenant, delegation, cancellationToken)
        ?? throw new NotFoundException(
            "delegation_not_found", $"there is no delegation {delegation}; make it with PUT /v1/tenants/{tenant}/delegations/{delegation}");

    private static void Require(string? refusal)
    {
        if (refusal is not null)
            throw AccessDeniedException.Forbidden(refusal);
    }

    private static IAgentGrain Grain(IGrainFactory grains, TenantId tenant, AgentId agent) =>
        grains.Find<IAgentGrain>(IAgentGrain.Key(tenant, agent));
}
