using System.Diagnostics;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Access;
using GenOps.ControlPlane.Silo.Overload;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Workloads, and spend without one.</summary>
internal static class WorkloadEndpoints
{
    private const string Tag = "Workloads";

    /// <summary>Adds them.</summary>
    public static void MapWorkloads(this IEndpointRouteBuilder tenant)
    {
        tenant.MapPost("/workloads", AuthorizeAsync).Requires(Permission.WorkloadDecide)
            .Describe(Tag, "authorizeWorkload", "Decide, and hold the money",
                "May this agent do this, and is there money for it? A decision is always status 200, also a refusal. "
                + "The same id and content again gives the recorded answer; with dryRun=true nothing is held and nothing is written.");

        tenant.MapGet("/workloads", ListAsync).Requires(Permission.WorkloadRead)
            .Describe(Tag, "listWorkloads", "List workloads that hold money",
                "Those whose action may be running (open, the default), or whose end nobody reported (unresolved).");

        tenant.MapGet("/workloads/{id}", GetAsync).Requires(Permission.WorkloadRead)
            .Describe(Tag, "getWorkload", "Read a workload", "Its decision, its state, and every entry of the ledger about it.");

        tenant.MapPost("/workloads/{id}/reconcile", ReconcileAsync).Requires(Permission.WorkloadSettle)
            .Describe(Tag, "reconcileWorkload", "Record what it really cost",
                "Always recorded in full, also when it is more than was held, or late. Without figures the workload becomes unresolved and stays counted.");

        tenant.MapPost("/workloads/{id}/release", ReleaseAsync).Requires(Permission.WorkloadSettle)
            .Describe(Tag, "releaseWorkload", "Give the money back",
                "Only if the action never ran. An id that is not known is spent from now on, so that a late request with it is refused. The body may be left out.");

        tenant.MapPost("/workloads/{id}/extend", ExtendAsync).Requires(Permission.WorkloadDecide)
            .Describe(Tag, "extendWorkload", "Hold the money longer", "A sign of life of a running action. Needs its authority to stand.");

        tenant.MapPost("/usage", RecordUsageAsync).Requires(Permission.UsageRecord)
            .Describe(Tag, "recordUsage", "Report spend without a reservation", "Always recorded in full. Idempotent by its id.");
    }

    private static async Task<Decision> AuthorizeAsync(
        TenantId tenant, bool? dryRun, Body<WorkloadRequest> body, Caller caller, HttpContext context, IGrainFactory grains,
        DecisionPlaces places, WorkloadIndex index, TimeProvider time)
    {
        var request = body.Value;
        caller.RequireAgent(request.Agent);
        using var place = await places.TakeAsync(tenant, context.RequestAborted);
        if (request.Id is null)
            request = request with { Id = WorkloadId.New(time.GetUtcNow()) };
        if (request.Traceparent is null && TraceparentOf(context) is { } traceparent)
            request = request with { Traceparent = traceparent };
        var ledger = index.Ledger;
        var decision = await Grain(grains, tenant, request.Agent).AuthorizeAsync(request, dryRun ?? false);
        if (dryRun is not true && decision.Result.Admits())
            index.Remember(ledger, tenant, decision.Id, request.Agent);
        return decision;
    }

    private static async Task<Page<WorkloadItem>> ListAsync(
        TenantId tenant, string? state, AgentId? agent, BudgetRoot? budget, string? cursor, int? limit, Caller caller,
        IWorkloadDirectory workloads, CancellationToken cancellationToken)
    {
        var wanted = RequestField.Word<WorkloadState>("state", state) ?? WorkloadState.Open;
        if (wanted is not (WorkloadState.Open or WorkloadState.Unresolved))
            throw new InvalidRequestException("state", "must be open or unresolved; settled workloads are in the evidence");

        // A key for one agent sees that agent's workloads, and is told if it asks for another's.
        if ((agent ?? caller.Credential.Agent) is { } asked)
        {
            caller.RequireAgent(asked);
            agent = asked;
        }

        var count = RequestField.Limit(limit, Page<WorkloadItem>.LimitDefault, Page<WorkloadItem>.LimitMax);
        var page = await workloads.ListAsync(
            tenant, wanted, agent, budget, Cursor.Position(cursor), count, cancellationToken);
        return new Page<WorkloadItem>(
            [.. page.Items.Select(record => WorkloadItem.Of(record) with { Entries = [] })], page.Next is { } next ? Cursor.Of(next) : null);
    }

    private static async Task<WorkloadItem> GetAsync(
        TenantId tenant, WorkloadId id, Caller caller, IWorkloadDirectory workloads, CancellationToken cancellationToken)
    {
        var record = await workloads.FindAsync(tenant, id, cancellationToken) ?? throw NotFound(id);
        if (record.Agent is { } agent)
            caller.RequireAgent(agent);
        return WorkloadItem.Of(record);
    }

    private static async Task<SettlementResult> ReconcileAsync(
        TenantId tenant, WorkloadId id, Body<Reconciliation> body, Caller caller, IWorkloadDirectory workloads,
        IGrainFactory grains, CancellationToken cancellationToken)
    {
        WorkloadRequestRules.Require(body.Value);
        var agent = await FindAgentAsync(tenant, id, caller, workloads, cancellationToken) ?? throw NotFound(id);
        return await Grain(grains, tenant, agent).ReconcileAsync(id, body.Value);
    }

    private static async Task<SettlementResult> ReleaseAsync(
        TenantId tenant, WorkloadId id, OptionalBody<ReleaseRequest> body, Caller caller, IWorkloadDirectory workloads,
        IGrainFactory grains, CancellationToken cancellationToken)
    {
        var reason = ReasonRequest.Text(body.Value.Reason);
        var agent = await FindAgentAsync(tenant, id, caller, workloads, cancellationToken)
            ?? body.Value.Agent ?? caller.Credential.Agent;
        if (agent is not { } known)
            return await workloads.AbandonAsync(tenant, id, reason);

        caller.RequireAgent(known);
        return await Grain(grains, tenant, known).ReleaseAsync(id, reason);
    }

    private static async Task<ExtendResult> ExtendAsync(
        TenantId tenant, WorkloadId id, Body<ExtendRequest> body, Caller caller, IWorkloadDirectory workloads,
        IGrainFactory grains, CancellationToken cancellationToken)
    {
        if (body.Value.TtlSeconds is < 1 or > WorkloadRequest.TtlSecondsMax)
            throw new InvalidRequestException("ttlSeconds", $"must be from 1 to {WorkloadRequest.TtlSecondsMax}");

        var agent = await FindAgentAsync(tenant, id, caller, workloads, cancellationToken) ?? throw NotFound(id);
        return await Grain(grains, tenant, agent).ExtendAsync(id, body.Value.TtlSeconds);
    }

    private static Task<SettlementResult> RecordUsageAsync(
        TenantId tenant, Body<UsageReport> body, Caller caller, IGrainFactory grains, TimeProvider time)
    {
        var report = body.Value;
        caller.RequireAgent(report.Agent);
        if (report.Id is null)
            report = report with { Id = WorkloadId.New(time.GetUtcNow()) };
        return Grain(grains, tenant, report.Agent).RecordUsageAsync(report);
    }

    private static async ValueTask<AgentId?> FindAgentAsync(
        TenantId tenant, WorkloadId id, Caller caller, IWorkloadDirectory workloads, CancellationToken cancellationToken)
    {
        var agent = await workloads.FindAgentAsync(tenant, id, cancellationToken);
        if (agent is { } known)
            caller.RequireAgent(known);
        return agent;
    }

    private static string? TraceparentOf(HttpContext context) =>
        context.Request.Headers.TraceParent is [{ Length: <= 128 } text] && ActivityContext.TryParse(text, null, out _) ? text : null;

    private static NotFoundException NotFound(WorkloadId id) =>
        new("workload_not_found", $"there is no workload {id} in this tenant");

    private static IAgentGrain Grain(IGrainFactory grains, TenantId tenant, AgentId agent) =>
        grains.Find<IAgentGrain>(IAgentGrain.Key(tenant, agent));
}
