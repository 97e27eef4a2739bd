using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Access;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>What waits for a person.</summary>
internal static class ApprovalEndpoints
{
    private const string Tag = "Approvals";

    /// <summary>Adds them.</summary>
    public static void MapApprovals(this IEndpointRouteBuilder tenant)
    {
        tenant.MapGet("/approvals", ListAsync).Requires(Permission.ApprovalRead)
            .Describe(Tag, "listApprovals", "List approvals",
                "In the order in which they were asked for. A credential that is bound to an agent sees what that agent asked for. "
                + "A page that is not full can still have a next one: filters look at a bounded number of approvals at a time.");

        tenant.MapGet("/approvals/{approval}", GetAsync).Requires(Permission.ApprovalRead)
            .Describe(Tag, "getApproval", "Read an approval", "The exact action, what is held for it, and what a person decided.");

        tenant.MapPost("/approvals/{approval}/approve", ApproveAsync).Requires(Permission.ApprovalDecide)
            .Describe(Tag, "approveApproval", "Let the action run, once",
                "The agent then asks again, with a new id and this approval. The approver is a person, other than the one whose key asked, "
                + "and in the delegation's approver group if it names one. Again by the same person changes nothing. The body may be left out.");

        tenant.MapPost("/approvals/{approval}/deny", DenyAsync).Requires(Permission.ApprovalDecide)
            .Describe(Tag, "denyApproval", "Refuse the action",
                "What was held for it is given back, and the same action stays refused until the approval's end. "
                + "Who may is as with approve. Again by the same person changes nothing. The body may be left out.");
    }

    private static Task<Page<ApprovalView>> ListAsync(
        TenantId tenant, string? status, AgentId? agent, string? cursor, int? limit, Caller caller, ILedgerReader ledger,
        IOptions<HttpOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        var state = RequestField.Word<ApprovalState>("status", status);
        if ((agent ?? caller.Credential.Agent) is { } asked)
        {
            caller.RequireAgent(asked);
            agent = asked;
        }

        var count = RequestField.Limit(limit, Page<ApprovalView>.LimitDefault, Page<ApprovalView>.LimitMax);
        return new ApprovalListing(tenant, state, agent).ReadAsync(
            ledger, PositionOf(cursor), count, options.Value.ApprovalScanMax, time.GetUtcNow(), cancellationToken);
    }

    private static async Task<ApprovalView> GetAsync(
        TenantId tenant, ApprovalId approval, Caller caller, ILedgerReader ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        var record = await ApprovalRecord.FindAsync(ledger, tenant, approval, cancellationToken)
            ?? throw new NotFoundException("approval_not_found", $"there is no approval {approval} in this tenant");
        caller.RequireAgent(record.Asked!.Request.Agent);
        return record.View(time.GetUtcNow());
    }

    private static Task<ApprovalView> ApproveAsync(
        TenantId tenant, ApprovalId approval, OptionalBody<ReasonRequest> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant, approval).ApproveAsync(body.Value.Text(), ApproverOf(caller));

    private static Task<ApprovalView> DenyAsync(
        TenantId tenant, ApprovalId approval, OptionalBody<ReasonRequest> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant, approval).DenyAsync(body.Value.Text(), ApproverOf(caller));

    private static Approver ApproverOf(Caller caller) => new(caller.Principal, caller.Credential.Groups is { IsDefault: false } groups ? groups : []);

    private static ApprovalId? PositionOf(string? cursor) =>
        Cursor.Position(cursor) is not { } text ? null
        : ApprovalId.TryParse(text, null, out var id) ? id
        : throw Cursor.Invalid();

    private static IApprovalGrain Grain(IGrainFactory grains, TenantId tenant, ApprovalId approval) =>
        grains.Find<IApprovalGrain>(IApprovalGrain.Key(tenant, approval));
}
