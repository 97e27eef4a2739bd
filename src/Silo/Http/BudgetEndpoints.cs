using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
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
            .Describe(Tag, "listBudgets", "List budgets", "By name, each with its root scope as it stands now.");

        tenant.MapPut("/budgets/{root}", PutAsync).Requires(Permission.BudgetWrite)
            .Describe(Tag, "putBudget", "Create or change a budget",
                "A whole tree of scopes in one unit. Limits can be raised, lowered below what is spent, added and removed at any time; usage is never touched.");

        tenant.MapGet("/budgets/{root}", GetAsync).Requires(Permission.BudgetRead)
            .Describe(Tag, "getBudget", "Read a scope of a budget",
                "Limits, what is spent, reserved and unresolved, and the scopes right below, in pages. Every figure comes from the ledger that enforces.");

        tenant.MapDelete("/budgets/{root}", ArchiveAsync).Requires(Permission.BudgetWrite)
            .Describe(Tag, "archiveBudget", "Archive a budget", "It takes no new work from now on. What is held is still settled.");
    }

    private static async Task<Page<BudgetView>> ListAsync(
        TenantId tenant, string? after, int? limit, ILedgerReader ledger, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var page = await StreamListing.ReadAsync(ledger, $"b/{tenant}/", after, limit, cancellationToken);
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
        if (after is not null)
            RequestField.Parse<BudgetRoot>("after", after);
        return Grain(grains, tenant, root).GetAsync(scope ?? ScopePath.Root, after, count);
    }

    private static Task<BudgetView> ArchiveAsync(TenantId tenant, BudgetRoot root, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant, root).ArchiveAsync(caller.Principal);

    private static IBudgetGrain Grain(IGrainFactory grains, TenantId tenant, BudgetRoot root) =>
        grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key(tenant, root));
}
