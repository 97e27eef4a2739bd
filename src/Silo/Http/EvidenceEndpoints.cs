using System.Collections.Immutable;
using System.Globalization;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Access;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>The ledger, as evidence.</summary>
internal static class EvidenceEndpoints
{
    private const string Tag = "Evidence";
    private const int ScanPage = 1_000;

    /// <summary>Adds them.</summary>
    public static void MapEvidence(this IEndpointRouteBuilder tenant)
    {
        tenant.MapGet("/evidence", ListAsync).Requires(Permission.EvidenceRead)
            .Describe(Tag, "listEvidence", "Read the ledger",
                "Entries in the order in which they became durable, the newest last. A page that is not full can still have a next one: "
                + "filters by agent and result look at a bounded number of entries at a time.");

        tenant.MapGet("/evidence/verify", VerifyAsync).Requires(Permission.EvidenceRead)
            .Describe(Tag, "verifyEvidence", "Verify the ledger",
                "Checks numbers, links and hashes of every entry of the tenant, and names the first that is not what was written.");
    }

    private static async Task<EvidenceVerification> VerifyAsync(
        TenantId tenant, LedgerVerifier verifier, CancellationToken cancellationToken) =>
        EvidenceVerification.Of(await verifier.VerifyTenantAsync(tenant, cancellationToken));

    private static async Task<Page<EvidenceItem>> ListAsync(
        TenantId tenant, WorkloadId? workload, DelegationId? delegation, AgentId? agent, BudgetRoot? budget, DateTimeOffset? from, DateTimeOffset? to,
        string? result, string? cursor, int? limit, ILedgerReader ledger, IOptions<HttpOptions> options,
        CancellationToken cancellationToken)
    {
        var count = RequestField.Limit(limit, Page<EvidenceItem>.LimitDefault, Page<EvidenceItem>.LimitMax);
        if (from > to)
            throw new InvalidRequestException("to", "must not be before from");
        if (workload is not null && delegation is not null)
            throw new InvalidRequestException("delegation", "can't be asked for together with workload: no entry is about both");

        var match = new EvidenceMatch(agent, RequestField.Word<DecisionResult>("result", result));
        var filter = new EntryFilter(
            tenant, budget is { } root ? new StreamId($"b/{tenant}/{root}") : null, workload ?? delegation?.Subject, from, to);
        var position = PositionOf(cursor);
        var items = ImmutableArray.CreateBuilder<EvidenceItem>();
        for (var seen = 0; seen < options.Value.EvidenceScanMax;)
        {
            var ask = match.IsAny ? count - items.Count + 1 : ScanPage;
            var page = await ledger.ReadPageAsync(filter, position, ask, cancellationToken);
            foreach (var placed in page)
            {
                if (match.Matches(placed.Entry))
                {
                    if (items.Count == count)
                        return new Page<EvidenceItem>(items.ToImmutable(), Cursor.Of(Text(position)));
                    items.Add(EvidenceItem.Of(placed.Entry));
                }

                position = placed.Position;
            }

            if (page.Length < ask)
                return new Page<EvidenceItem>(items.ToImmutable(), null);
            seen += page.Length;
        }

        return new Page<EvidenceItem>(items.ToImmutable(), Cursor.Of(Text(position)));
    }

    private static string Text(long position) => position.ToString(CultureInfo.InvariantCulture);

    private static long PositionOf(string? cursor)
    {
        if (Cursor.Position(cursor) is not { } text)
            return 0;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : throw Cursor.Invalid();
    }
}
