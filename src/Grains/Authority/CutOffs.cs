using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// Says what a revocation or suspension would cut off, and changes nothing. It is a count of a moment, put together from
/// several actors while work goes on: good for deciding whether to go ahead, and no evidence.
/// </summary>
public sealed class CutOffs(
    DelegationIndex index, ILedgerReader reader, IGrainFactory grains, TimeProvider time, IOptions<DelegationIndexOptions> options)
{
    private const int BudgetsPerPage = 1_000;

    /// <summary>What revoking a key would cut off: nothing of what runs. Its agent can be asked for with another key, and what the key began is settled.</summary>
    public static CutOff OfKey(AgentId? bound) => new(0, bound is null ? 0 : 1, bound is { } agent ? [agent] : [], 0, []);

    /// <summary>What revoking a delegation would cut off.</summary>
    /// <exception cref="NotFoundException"><c>delegation_not_found</c>.</exception>
    /// <exception cref="InvalidRequestException">The tenant has too many budgets to ask.</exception>
    /// <exception cref="UnavailableException">The ledger or a budget can't be asked.</exception>
    public async Task<CutOff> OfDelegationAsync(TenantId tenant, DelegationId id, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        var reach = await index.AskAsync(tenant, forest => forest.OfDelegation(id, now), cancellationToken)
            ?? throw new NotFoundException("delegation_not_found", $"there is no delegation {id}");
        return await CountAsync(
            tenant, reach, reach.Trees, hold => hold.Delegation is { } delegation && reach.CutOff.Contains(delegation), cancellationToken);
    }

    /// <summary>What suspending or removing an agent would cut off.</summary>
    /// <inheritdoc cref="OfDelegationAsync"/>
    public async Task<CutOff> OfAgentAsync(TenantId tenant, AgentId agent, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        var reach = await index.AskAsync(tenant, forest => forest.OfAgent(agent, now), cancellationToken);

        // Its own work may run on a delegation that is gone by now, and so in any tree.
        return await CountAsync(
            tenant, reach, null, hold => hold.Agent == agent || hold.Delegation is { } delegation && reach.CutOff.Contains(delegation), cancellationToken);
    }

    /// <summary>What the kill switch would cut off.</summary>
    /// <inheritdoc cref="OfDelegationAsync"/>
    public async Task<CutOff> OfTenantAsync(TenantId tenant, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        var reach = await index.AskAsync(tenant, forest => forest.OfTenant(now), cancellationToken);
        return await CountAsync(tenant, reach, null, _ => true, cancellationToken);
    }

    private async Task<CutOff> CountAsync(
        TenantId tenant, DelegationReach reach, IReadOnlySet<DelegationId>? trees, Predicate<DelegationHold> isCutOff, CancellationToken cancellationToken)
    {
        var holds = await HoldsAsync(tenant, trees, cancellationToken);
        var count = 0;

        // The same money is held in each budget that a workload draws from: what one of them holds is what there is.
        Dictionary<(DelegationId?, AgentId, Unit), Quantity> money = [];
        foreach (var (unit, held) in holds)
        {
            foreach (var hold in held.Where(hold => isCutOff(hold)))
            {
                count += hold.Count;
                var key = (hold.Delegation, hold.Agent, unit);
                if (!money.TryGetValue(key, out var known) || known < hold.Amount)
                    money[key] = hold.Amount;
            }
        }

        var sums = money.GroupBy(part => part.Key.Item3)
            .OrderBy(unit => unit.Key.ToString(), StringComparer.Ordinal)
            .Select(unit => new Amount(unit.Aggregate(Quantity.Zero, (sum, part) => sum + part.Value), unit.Key))
            .Where(sum => sum.Quantity != Quantity.Zero);
        return new CutOff(reach.Below, reach.Agents.Length, [.. reach.Agents.Take(CutOff.AgentsMax)], count, [.. sums]);
    }

    /// <summary>What each budget holds that can hold something on what would be cut off: any operator's, and of delegations' those of <paramref name="trees"/>.</summary>
    private async Task<List<(Unit Unit, ImmutableArray<DelegationHold> Holds)>> HoldsAsync(
        TenantId tenant, IReadOnlySet<DelegationId>? trees, CancellationToken cancellationToken)
    {
        var roots = await BudgetsAsync(tenant, trees, cancellationToken);
        List<(Unit, ImmutableArray<DelegationHold>)> found = [];
        await Parallel.ForEachAsync(
            roots,
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.AskedAtOnceMax, CancellationToken = cancellationToken },
            async (root, _) =>
            {
                var budget = grains.Find<IBudgetGrain>(IBudgetGrain.Key(tenant, root));

                // A stream can hold evidence about a budget that was never defined.
                if (await budget.GetHeaderAsync() is not { } header)
                    return;

                var holds = await budget.ListDelegationHoldsAsync();
                lock (found)
                    found.Add((header.Unit, holds));
            });
        return found;
    }

    private async Task<List<BudgetRoot>> BudgetsAsync(TenantId tenant, IReadOnlySet<DelegationId>? trees, CancellationToken cancellationToken)
    {
        List<BudgetRoot> roots = [];
        var prefix = $"b/{tenant}/";
        for (string? after = null; ;)
        {
            ImmutableArray<StreamId> page;
            try
            {
                page = await reader.ListStreamsAsync(prefix, after, BudgetsPerPage, cancellationToken);
            }
            catch (Exception error) when (error is not (GenOpsException or OperationCanceledException))
            {
                throw UnavailableException.Unreachable($"the ledger can't be read: {error.Message}");
            }

            foreach (var stream in page)
            {
                var root = BudgetRoot.Parse(stream.Name);
                if (trees is null || root.Delegation is not { } delegation || trees.Contains(delegation))
                    roots.Add(root);
            }

            if (roots.Count > options.Value.BudgetsMax)
            {
                throw new InvalidRequestException(
                    "dryRun", $"would have to ask more than {options.Value.BudgetsMax} budgets; have GenOps:Authority:BudgetsMax raised", "range_too_large");
            }

            if (page.Length < BudgetsPerPage)
                return roots;
            after = page[^1].Value;
        }
    }
}
