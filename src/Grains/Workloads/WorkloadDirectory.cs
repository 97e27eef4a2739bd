using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Workloads;

/// <inheritdoc cref="IWorkloadDirectory"/>
public sealed class WorkloadDirectory(
    ILedgerReader reader, WorkloadIndex index, IGrainFactory grains, TimeProvider time, IOptions<AgentGrainOptions> options) : IWorkloadDirectory
{
    private const int BudgetsPerPage = 100;

    /// <inheritdoc/>
    public async ValueTask<AgentId?> FindAgentAsync(TenantId tenant, WorkloadId id, CancellationToken cancellationToken = default)
    {
        var ledger = index.Ledger;
        if (await index.FindAsync(tenant, id, cancellationToken) is { } known)
            return known;
        if (await FindAsync(tenant, id, cancellationToken) is not { Agent: { } agent } record)
            return null;

        // What is not decided yet may still become somebody else's.
        if (record.Decision?.Result.Admits() == true)
            index.RememberHere(ledger, tenant, id, agent);
        return agent;
    }

    /// <inheritdoc/>
    public async Task<WorkloadRecord?> FindAsync(TenantId tenant, WorkloadId id, CancellationToken cancellationToken = default) =>
        await WorkloadRecord.FindAsync(reader, tenant, id, cancellationToken) is { IsApproval: false } record ? record : null;

    /// <inheritdoc/>
    public async Task<WorkloadPage> ListAsync(
        TenantId tenant, WorkloadState state, AgentId? agent, BudgetRoot? budget, string? cursor, int countMax,
        CancellationToken cancellationToken = default)
    {
        var (from, after) = ReadCursor(cursor);
        var items = ImmutableArray.CreateBuilder<WorkloadRecord>();
        await foreach (var root in BudgetsAsync(tenant, budget, from, cancellationToken))
        {
            var last = root == from ? after : null;
            while (true)
            {
                var ids = await grains.Find<IBudgetGrain>(IBudgetGrain.Key(tenant, root)).ListHeldAsync(state, last, countMax);
                foreach (var id in ids)
                {
                    last = id;

                    if (await FindAsync(tenant, id, cancellationToken) is not { } record
                        || agent is not null && record.Agent != agent
                        || budget is null && ListedWith(record, state) != root)
                        continue;

                    items.Add(record);
                    if (items.Count == countMax)
                        return new WorkloadPage(items.ToImmutable(), $"{root}:{id}");
                }

                if (ids.Length < countMax)
                    break;
            }
        }

        return new WorkloadPage(items.ToImmutable(), null);
    }

    /// <inheritdoc/>
    public async Task<SettlementResult> AbandonAsync(TenantId tenant, WorkloadId id, string reason)
    {
        WorkloadRequestRules.RequireId(id, time.GetUtcNow(), options.Value.IdSkewMax);
        await grains.Find<IBudgetGrain>(IBudgetGrain.Key(tenant, BudgetRoot.Requests)).ReleaseAsync(id, ReleaseCause.Requested, reason);
        return new SettlementResult(id, WorkloadState.Released, []);
    }

    /// <summary>
    /// The one budget that a workload of several is listed with: the one that decides, or the first that still holds for it
    /// where that one is settled. Null if it is settled everywhere by now.
    /// </summary>
    private static BudgetRoot? ListedWith(WorkloadRecord record, WorkloadState state)
    {
        if (record.CommitsIn is { } decides && record.Holdings.GetValueOrDefault(decides)?.State == state)
            return decides;

        foreach (var (root, holding) in record.Holdings)
        {
            if (holding.State == state)
                return root;
        }

        return null;
    }

    private static (BudgetRoot? Root, WorkloadId? Id) ReadCursor(string? cursor)
    {
        if (cursor is null)
            return (null, null);

        var colon = cursor.LastIndexOf(':');
        return colon > 0 && BudgetRoot.TryParse(cursor[..colon], null, out var root) && WorkloadId.TryParse(cursor[(colon + 1)..], null, out var id)
            ? (root, id)
            : throw new InvalidRequestException("cursor", "is the 'next' of a page, unchanged");
    }

    private async IAsyncEnumerable<BudgetRoot> BudgetsAsync(
        TenantId tenant, BudgetRoot? only, BudgetRoot? from,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (only is { } single)
        {
            yield return single;
            yield break;
        }

        if (from is { } first)
            yield return first;

        var prefix = $"b/{tenant}/";
        var after = from is { } root ? prefix + root : null;
        while (true)
        {
            var page = await reader.ListStreamsAsync(prefix, after, BudgetsPerPage, cancellationToken);
            foreach (var stream in page)
                yield return BudgetRoot.Parse(stream.Name);

            if (page.Length < BudgetsPerPage)
                yield break;
            after = page[^1].Value;
        }
    }
}
