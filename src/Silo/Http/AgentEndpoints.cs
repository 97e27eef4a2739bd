using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Access;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Agents.</summary>
internal static class AgentEndpoints
{
    private const string Tag = "Agents";

    /// <summary>Adds them.</summary>
    public static void MapAgents(this IEndpointRouteBuilder tenant)
    {
        tenant.MapGet("/agents", ListAsync).Requires(Permission.AgentRead)
            .Describe(Tag, "listAgents", "List agents", "By name. A credential that is bound to an agent sees that one.");

        tenant.MapPut("/agents/{agent}", PutAsync).Requires(Permission.AgentWrite)
            .Describe(Tag, "putAgent", "Register or change an agent",
                "Binds it to the budgets that it draws from; without any it draws 1 from the built-in unlimited budget 'requests' for each workload. "
                + "Its limits hold whatever its delegations permit.");

        tenant.MapGet("/agents/{agent}", GetAsync).Requires(Permission.AgentRead)
            .Describe(Tag, "getAgent", "Read an agent", "Its state and its budgets.");

        tenant.MapDelete("/agents/{agent}", CloseAsync).Requires(Permission.AgentWrite)
            .Describe(Tag, "closeAgent", "Remove an agent",
                "It may do nothing any more, and everything that it was granted is revoked. What it holds is still settled, and its history stays. "
                + "With dryRun=true: what would be cut off, and nothing is changed.")
            .HasDryRun();

        tenant.MapPost("/agents/{agent}/suspend", SuspendAsync).Requires(Permission.AgentSuspend)
            .Describe(Tag, "suspendAgent", "Stop an agent",
                "No call of it that starts after the answer is allowed, nor of any agent on what it passed on. Reconciliation goes on. "
                + "The body may be left out. With dryRun=true: what would be cut off, and nothing is changed.")
            .HasDryRun();

        tenant.MapPost("/agents/{agent}/resume", ResumeAsync).Requires(Permission.AgentSuspend)
            .Describe(Tag, "resumeAgent", "Let an agent act again", "The body may be left out.");
    }

    private static async Task<Page<AgentView>> ListAsync(
        TenantId tenant, string? after, int? limit, Caller caller, ILedgerReader ledger, IGrainFactory grains,
        CancellationToken cancellationToken)
    {
        var page = caller.Credential.Agent is { } bound
            ? new Page<string>([bound.Value], null)
            : await StreamListing.ReadAsync(ledger, $"a/{tenant}/", after, limit, cancellationToken);
        var items = ImmutableArray.CreateBuilder<AgentView>();
        foreach (var name in page.Items)
        {
            try
            {
                items.Add(await Grain(grains, tenant, AgentId.Parse(name)).GetAsync());
            }
            catch (NotFoundException error) when (error.Code == "agent_not_found")
            {
                // A stream can hold evidence about an agent that was never registered.
                continue;
            }
        }

        return new Page<AgentView>(items.ToImmutable(), page.Next);
    }

    private static Task<AgentView> PutAsync(
        TenantId tenant, AgentId agent, Body<AgentDefinition> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant, agent).PutAsync(body.Value, caller.Principal);

    private static Task<AgentView> GetAsync(TenantId tenant, AgentId agent, IGrainFactory grains) =>
        Grain(grains, tenant, agent).GetAsync();

    private static async Task<IResult> CloseAsync(
        TenantId tenant, AgentId agent, bool? dryRun, Caller caller, CutOffs cutOffs, IGrainFactory grains, CancellationToken cancellationToken) =>
        dryRun == true
            ? TypedResults.Ok(await CutOffAsync(tenant, agent, cutOffs, grains, cancellationToken))
            : TypedResults.Ok(await Grain(grains, tenant, agent).CloseAsync(caller.Principal));

    private static async Task<IResult> SuspendAsync(
        TenantId tenant, AgentId agent, bool? dryRun, OptionalBody<ReasonRequest> body, Caller caller, CutOffs cutOffs, IGrainFactory grains,
        CancellationToken cancellationToken)
    {
        var reason = body.Value.Text();
        return dryRun == true
            ? TypedResults.Ok(await CutOffAsync(tenant, agent, cutOffs, grains, cancellationToken))
            : TypedResults.Ok(await Grain(grains, tenant, agent).SuspendAsync(reason, caller.Principal));
    }

    private static async Task<CutOff> CutOffAsync(
        TenantId tenant, AgentId agent, CutOffs cutOffs, IGrainFactory grains, CancellationToken cancellationToken)
    {
        // An agent that is not registered is answered alike, whether it is meant or tried.
        await Grain(grains, tenant, agent).GetAsync();
        return await cutOffs.OfAgentAsync(tenant, agent, cancellationToken);
    }

    private static Task<AuthorityChange> ResumeAsync(
        TenantId tenant, AgentId agent, OptionalBody<ReasonRequest> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant, agent).ResumeAsync(body.Value.Text(), caller.Principal);

    private static IAgentGrain Grain(IGrainFactory grains, TenantId tenant, AgentId agent) =>
        grains.Find<IAgentGrain>(IAgentGrain.Key(tenant, agent));
}
