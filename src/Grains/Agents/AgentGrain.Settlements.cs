using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

// How an agent settles what it was allowed: reconcile, release, extend.
public sealed partial class AgentGrain
{
    /// <inheritdoc/>
    public async Task<SettlementResult> ReconcileAsync(WorkloadId id, Reconciliation reconciliation)
    {
        WorkloadRequestRules.Require(reconciliation);
        var isFirst = _known.Find(id) is { Decision.IsCompletedSuccessfully: true };
        var (request, decision, reservedAt) = await AdmittedAsync(id);
        _known.Forget(id);
        await ReadyAsync();
        if (isFirst)
            End(id, request, reconciliation);
        RequireKnownUnits(reconciliation, decision);
        var prices = await PricesAsync(decision, reservedAt);
        var actuals = decision.Reservations
            .Select(reservation => (reservation.Budget, Charge: charges.Actual(request, reconciliation, reservation.Unit, prices, reservedAt)))
            .ToImmutableArray();

        // What one budget would refuse, none may record. Nothing is recorded yet if nobody reported before.
        if (!isFirst && actuals.Length > 1)
            await RequireSettleableAsync(id, reconciliation, actuals);

        // The budget that decides goes first.
        var settlements = new SortedDictionary<BudgetRoot, Settlement>();
        foreach (var (budget, charge) in actuals.Reverse())
            settlements[budget] = await Budget(budget).SettleAsync(new SettleCommand(id, reconciliation, charge));

        var version = settlements.Values.Select(settlement => settlement.PriceBook).FirstOrDefault(version => version is not null);
        return new SettlementResult(id, StateOf(settlements.Values), [.. settlements.Values], version);
    }

    /// <inheritdoc/>
    public async Task<SettlementResult> ReleaseAsync(WorkloadId id, string reason)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        RequireId(id, Now);
        if (_known.Find(id) is { } known)
            await Task.WhenAny(known.Decision);

        await ReadyAsync();
        var record = await workloads.FindAsync(Tenant, id);
        RequireOwn(id, record);
        if (record is { IsUsage: true })
            throw new ConflictException("already_resolved", $"the workload {id} is spend that was reported: it can't be given back");

        if (record?.Decision is { } refusal && !refusal.Result.Admits())
        {
            await GiveBackAsync(id, record, refusal);
            return new SettlementResult(id, record.IsAbandoned ? WorkloadState.Released : WorkloadState.Refused, []);
        }

        // What one budget would refuse to give back, none may: the action ran.
        if (record?.Holdings.FirstOrDefault(held => held.Value.State == WorkloadState.Reconciled) is { Value: not null } final)
            throw new ConflictException("already_resolved", $"the workload {id} is reconciled with {final.Value.Actual} in {final.Key}: it ran, so that nothing of it can be given back");

        // The budget that decides goes first: its tombstone or release is what the others' holds go by.
        await ReadyAsync();
        var last = record?.CommitsIn ?? State.Bindings.LastOrDefault()?.Root ?? BudgetRoot.Requests;
        var settlements = new SortedDictionary<BudgetRoot, Settlement>();
        if (await Budget(last).ReleaseAsync(id, ReleaseCause.Requested, reason) is { } decided)
            settlements[last] = decided;

        record = await workloads.FindAsync(Tenant, id);
        foreach (var root in record?.Holdings.Keys.Where(root => root != last) ?? [])
        {
            if (await Budget(root).ReleaseAsync(id, ReleaseCause.Requested, reason) is { } released)
                settlements[root] = released;
        }

        _known.Forget(id);
        await ReadyAsync();
        if (record?.Request is { } request)
            End(id, request, null);
        return new SettlementResult(
            id, settlements.Count == 0 ? WorkloadState.Released : StateOf(settlements.Values), [.. settlements.Values]);
    }

    /// <inheritdoc/>
    public async Task<ExtendResult> ExtendAsync(WorkloadId id, int ttlSeconds)
    {
        if (ttlSeconds is < 1 or > WorkloadRequest.TtlSecondsMax)
            throw new InvalidRequestException("ttlSeconds", $"must be from 1 to {WorkloadRequest.TtlSecondsMax}");

        var caller = CallerContext.Current;
        var (request, decision, _) = await AdmittedAsync(id);
        await Watch.RefreshAsync();
        var checkedAt = await RequireAuthorityAsync(id, request, decision, caller);
        ExtendResult? extended = null;
        foreach (var reservation in decision.Reservations.Reverse())
        {
            var one = await Budget(reservation.Budget).ExtendAsync(id, ttlSeconds);
            extended = extended is null || one.ExpiresAt < extended.ExpiresAt ? one : extended;
        }

        _throttle?.Extend(id, extended!.ExpiresAt);
        await Watch.CatchUpAsync(extended!.Epoch);
        if (extended.Epoch > checkedAt)
            checkedAt = await RequireAuthorityAsync(id, request, decision, caller);
        return extended with { Epoch = checkedAt };
    }

    /// <summary>The tenant's prices as they were when the workload was decided.</summary>
    private async Task<TenantPrices> PricesAsync(Decision decision, DateTimeOffset reservedAt)
    {
        // What was in force for the decision is known here, wherever it was made.
        await Watch.CatchUpAsync(decision.Epoch);
        return (await tenants.GetAsync(Tenant)).Prices.At(reservedAt);
    }

    private static WorkloadState StateOf(IEnumerable<Settlement> settlements)
    {
        var states = settlements.Select(settlement => settlement.State).ToHashSet();
        return states.Contains(WorkloadState.Unresolved) ? WorkloadState.Unresolved
            : states.Contains(WorkloadState.Open) ? WorkloadState.Open
            : states.Contains(WorkloadState.Reconciled) ? WorkloadState.Reconciled
            : states.Contains(WorkloadState.Released) ? WorkloadState.Released
            : WorkloadState.Refused;
    }

    private static void RequireKnownUnits(Reconciliation reconciliation, Decision decision)
    {
        foreach (var amount in reconciliation.Actual is { IsDefault: false } stated ? stated : [])
        {
            if (decision.Reservations.All(reservation => reservation.Unit != amount.Unit))
            {
                throw new InvalidRequestException(
                    "actual", $"states {amount}, but this workload holds {string.Join(" and ", decision.Reservations.Select(held => held.Unit.Code))}", "unit_mismatch");
            }
        }
    }

    /// <exception cref="ConflictException">A budget has other figures, which are final.</exception>
    private async Task RequireSettleableAsync(
        WorkloadId id, Reconciliation reconciliation, ImmutableArray<(BudgetRoot Budget, Charge Charge)> actuals)
    {
        if (await workloads.FindAsync(Tenant, id) is not { } record)
            return;

        var hash = ContentHash.Of(reconciliation);
        foreach (var (budget, charge) in actuals)
        {
            // The same report contradicts nothing, whatever it comes to with prices that changed since.
            if (charge.Amount is { } actual && record.Holdings.GetValueOrDefault(budget) is { State: WorkloadState.Reconciled } holding
                && holding.Actual != actual && (holding.Report is not { } report || ContentHash.Of(report) != hash))
            {
                throw new ConflictException(
                    "already_resolved", $"the workload {id} is reconciled with {holding.Actual} in {budget}, not {actual}; report only what is missing, as actual");
            }
        }
    }

    private async Task<(WorkloadRequest Request, Decision Decision, DateTimeOffset ReservedAt)> AdmittedAsync(WorkloadId id)
    {
        if (await KnownAsync(id) is { } known)
            return known;

        var record = await workloads.FindAsync(Tenant, id);
        RequireOwn(id, record);
        return record switch
        {
            null or { Decision: null, IsUsage: false } => throw new NotFoundException("workload_not_found", $"nothing is known of the workload {id}"),
            { IsUsage: true } => throw new ConflictException("already_resolved", $"the workload {id} is spend that was reported: its figures are final"),
            { Decision: { } decision, Request: { } request } when decision.Result.Admits() => (request, decision, record.DecidedAt),
            _ => throw new ConflictException("not_admitted", $"the workload {id} was refused; report what was spent all the same with POST /usage and a new id"),
        };
    }

    /// <summary>What was allowed to this agent under <paramref name="id"/>; null if nothing was.</summary>
    private async Task<(WorkloadRequest Request, Decision Decision)?> FindAdmittedAsync(WorkloadId id)
    {
        if (await KnownAsync(id) is { } known)
            return (known.Request, known.Decision);

        return await workloads.FindAsync(Tenant, id) is { Decision: { } decision, Request: { } request } && request.Agent == Agent && decision.Result.Admits()
            ? (request, decision)
            : null;
    }

    private async Task<(WorkloadRequest Request, Decision Decision, DateTimeOffset ReservedAt)?> KnownAsync(WorkloadId id)
    {
        if (_known.Find(id) is not { } known)
            return null;

        // That the question fails, or that what was allowed no longer is, is for whoever asked.
        await Task.WhenAny(known.Decision);
        if (!known.Decision.IsCompletedSuccessfully || await known.Decision is not { ExpiresAt: { } expiresAt } decision || !decision.Result.Admits())
            return null;

        // It may have been asked again here, and decided long ago.
        return (known.Request, decision, expiresAt - TimeSpan.FromSeconds(known.Request.TtlSeconds ?? WorkloadRequest.TtlSecondsDefault));
    }

    private void RequireOwn(WorkloadId id, WorkloadRecord? record)
    {
        if (record?.Agent is { } agent && agent != Agent)
            throw new NotFoundException("workload_not_found", $"nothing is known of the workload {id} with the agent {Agent}");
    }
}
