using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Reports;
using GenOps.ControlPlane.Silo.Access;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Reports from the ledger.</summary>
internal static class ReportEndpoints
{
    private const string Tag = "Reports";
    private const int ItemsDefault = 10;
    private const int ItemsMax = 1_000;

    /// <summary>Adds them.</summary>
    public static void MapReports(this IEndpointRouteBuilder tenant)
    {
        tenant.MapGet("/budgets/{root}/history", HistoryAsync).Requires(Permission.BudgetRead)
            .Describe(Tag, "getBudgetHistory", "Read a scope's windows",
                "What a scope used, window by window, the newest last, counted from the ledger. A late figure counts in the window of its "
                + "reservation, so a past window can still change. Scopes that were removed, and scopes on demand that are idle, have their history too.");

        tenant.MapGet("/budgets/{root}/top", TopAsync).Requires(Permission.BudgetRead)
            .Describe(Tag, "getTopSpenders", "Read who spent most in a scope",
                "What was spent in a range of time, summed by agent, model, provider, customerId or feature, the highest first. Items, other and "
                + "total.adjustments together are total, to the last digit.");

        tenant.MapGet("/spend", SpendAsync).Requires(Permission.BudgetRead)
            .Describe(Tag, "getSpend", "Read what a tenant spent",
                "The same over all budgets of the tenant, for each unit. A workload that is bound to two budgets of one unit counts in both.");
    }

    private static Task<BudgetHistory> HistoryAsync(
        TenantId tenant, BudgetRoot root, ScopePath? scope, string? period, DateTimeOffset? from, DateTimeOffset? to, int? limit,
        SpendReports reports, CancellationToken cancellationToken)
    {
        int? count = limit is null ? null : RequestField.Limit(limit, HistoryQuery.CountDefault, HistoryQuery.CountLimit);
        return reports.HistoryAsync(
            tenant, root,
            new HistoryQuery(scope ?? ScopePath.Root, RequestField.Word<BudgetPeriod>("period", period), from, to, count),
            cancellationToken);
    }

    private static Task<TopSpenders> TopAsync(
        TenantId tenant, BudgetRoot root, string? by, ScopePath? scope, DateTimeOffset? from, DateTimeOffset? to, int? limit,
        SpendReports reports, CancellationToken cancellationToken) =>
        reports.TopAsync(tenant, root, Query(by, scope, from, to, limit), cancellationToken);

    private static Task<TenantSpend> SpendAsync(
        TenantId tenant, string? by, DateTimeOffset? from, DateTimeOffset? to, int? limit,
        SpendReports reports, CancellationToken cancellationToken) =>
        reports.SpendAsync(tenant, Query(by, null, from, to, limit), cancellationToken);

    private static SpendQuery Query(string? by, ScopePath? scope, DateTimeOffset? from, DateTimeOffset? to, int? limit) => new(
        RequestField.Word<SpendDimension>("by", by)
            ?? throw new InvalidRequestException("by", $"is required: one of {string.Join(", ", EnumNames.Of(typeof(SpendDimension)))}"),
        RequestField.Limit(limit, ItemsDefault, ItemsMax),
        scope ?? ScopePath.Root, from, to);
}
