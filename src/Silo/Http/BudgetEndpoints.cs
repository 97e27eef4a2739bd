using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Access;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Budgets.</summary>
internal static class BudgetEndpoints
{
    private const string Tag = "Budgets";

    /// <summary>Adds them.</summary>
    public static void MapBudgets(this IEndpointRouteBuilder tenant)
    {
        tenant.MapGet("/budgets", ListAsync).Requires(Permission.BudgetRead)
            .Describe(Tag, "listBudgets", "List budgets",
                "By name, each with its root scope as it stands now. The trees that count what is spent on delegations, '@' and the delegation's name, are left out unless delegations=true.");

        tenant.MapPut("/budgets/{root}", PutAsync).Requires(Permission.BudgetWrite)
            .Describe(Tag, "putBudget", "Create or change a budget",
                "A whole tree of scopes in one unit. Limits can be raised, lowered below what is spent, added and removed at any time; usage is never touched. "
                + "A change of a limit's period, of the time zone or of where weeks and fiscal years begin takes effect at the end of the running window.");

        tenant.MapGet("/budgets/{root}", GetAsync).Requires(Permission.BudgetRead)
            .Describe(Tag, "getBudget", "Read a scope of a budget",
                "Limits, what is spent, reserved and unresolved, and the scopes right below, in pages, those on demand among them. "
                + "Every figure comes from the ledger that enforces.");

        tenant.MapGet("/budgets/{root}/definition", GetDefinitionAsync).Requires(Permission.BudgetRead)
            .Produces<BudgetDefinition>()
            .Describe(Tag, "getBudgetDefinition", "Read a budget's definition",
                "As it was last put: edit it and put it again. What it does not set is absent.");

        tenant.MapPost("/budgets/{root}/adjust", AdjustAsync).Requires(Permission.BudgetWrite)
            .Describe(Tag, "adjustBudget", "Credit, debit, or raise a limit for a while",
                "Without until: a positive amount lowers what is spent of the scope and all above it in their running windows, a negative one "
                + "raises it. With until: the scope's limits, or the one of period, are higher by the amount until then. An entry of its own, with "
                + "its author and reason; the same id and content again changes nothing.");

        tenant.MapPost("/budgets/{root}/freeze", FreezeAsync).Requires(Permission.BudgetFreeze)
            .Describe(Tag, "freezeBudget", "Freeze a scope",
                "It and all below it take no reservation from now on; what is held is still settled. The body may be left out: then it is the whole budget.");

        tenant.MapPost("/budgets/{root}/unfreeze", UnfreezeAsync).Requires(Permission.BudgetFreeze)
            .Describe(Tag, "unfreezeBudget", "Unfreeze a scope",
                "Ends the freeze of this very scope; one of a scope above stays. The body may be left out: then it is the whole budget's.");

        tenant.MapPost("/budgets/{root}/write-off", WriteOffAsync).Requires(Permission.BudgetWrite)
            .Describe(Tag, "writeOffBudget", "Write unresolved work off",
                "Gives back what unresolved work counts for: named by workloads, or all that was reserved in a window. "
                + "A figure that arrives later is recorded in full all the same.");

        tenant.MapDelete("/budgets/{root}", ArchiveAsync).Requires(Permission.BudgetWrite)
            .Describe(Tag, "archiveBudget", "Archive a budget", "It takes no new work from now on. What is held is still settled.");
    }

    private static async Task<Page<BudgetView>> ListAsync(
        TenantId tenant, BudgetRoot? after, int? limit, bool? delegations, ILedgerReader ledger, IGrainFactory grains,
        CancellationToken cancellationToken)
    {
        var page = await StreamListing.ReadBudgetsAsync(ledger, tenant, after, limit, delegations ?? false, cancellationToken);
        var items = ImmutableArray.CreateBuilder<BudgetView>();
        foreach (var name in page.Items)
        {
            try
            {
                var view = await Grain(grains, tenant, BudgetRoot.Parse(name)).GetAsync(ScopePath.Root, null, 1);
                items.Add(view with { Children = null });
            }
            catch (NotFoundException error) when (error.Code == "budget_not_found")
            {
                // A stream can hold evidence about a budget that was never defined.
                continue;
            }
        }

        return new Page<BudgetView>(items.ToImmutable(), page.Next);
    }

    private static Task<BudgetView> PutAsync(
        TenantId tenant, BudgetRoot root, Body<BudgetDefinition> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant, root).PutAsync(body.Value, caller.Principal);

    private static Task<BudgetView> GetAsync(
        TenantId tenant, BudgetRoot root, ScopePath? scope, string? after, int? limit, IGrainFactory grains)
    {
        var count = RequestField.Limit(limit, Page<BudgetView>.LimitDefault, Page<BudgetView>.LimitMax);
        if (after is not null && !NameSyntax.IsValid(after) && !ScopeAttribute.IsSegment(after))
            throw new InvalidRequestException("after", "is the name of a scope right below, as next of the page before gave it");
        return Grain(grains, tenant, root).GetAsync(scope ?? ScopePath.Root, after, count);
    }

    private static Task<BudgetView> ArchiveAsync(TenantId tenant, BudgetRoot root, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant, root).ArchiveAsync(caller.Principal);

    private static async Task<IResult> GetDefinitionAsync(TenantId tenant, BudgetRoot root, IGrainFactory grains) =>
        TypedResults.Json(await Grain(grains, tenant, root).GetDefinitionAsync(), GenOpsJson.Canonical);

    private static Task<BudgetView> AdjustAsync(
        TenantId tenant, BudgetRoot root, Body<AdjustCommand> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant, root).AdjustAsync(body.Value, caller.Principal);

    private static Task<BudgetView> FreezeAsync(
        TenantId tenant, BudgetRoot root, OptionalBody<FreezeRequest> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant, root).FreezeAsync(body.Value.Scope ?? ScopePath.Root, ReasonRequest.Text(body.Value.Reason), caller.Principal, body.Value.Id);

    private static Task<BudgetView> UnfreezeAsync(
        TenantId tenant, BudgetRoot root, OptionalBody<FreezeRequest> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant, root).UnfreezeAsync(body.Value.Scope ?? ScopePath.Root, ReasonRequest.Text(body.Value.Reason), caller.Principal, body.Value.Id);

    private static Task<WriteOffResult> WriteOffAsync(
        TenantId tenant, BudgetRoot root, Body<WriteOffCommand> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant, root).WriteOffAsync(body.Value, caller.Principal);

    private static IBudgetGrain Grain(IGrainFactory grains, TenantId tenant, BudgetRoot root) =>
        grains.Find<IBudgetGrain>(IBudgetGrain.Key(tenant, root));
}
