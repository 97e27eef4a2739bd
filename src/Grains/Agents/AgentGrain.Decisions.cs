using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Throttling;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

// How an agent decides: authority, what holds it back, and what it draws from.
public sealed partial class AgentGrain
{
    /// <inheritdoc/>
    public async Task<Decision> AuthorizeAsync(WorkloadRequest request, bool dryRun = false)
    {
        var caller = CallerContext.Current;
        WorkloadRequestRules.Require(request);
        if (request.Agent != Agent)
            throw new InvalidRequestException("agent", $"is {request.Agent}, but the request went to {Agent}");

        var started = Time.GetTimestamp();
        var now = Now;
        var id = request.Id ?? WorkloadId.New(now);
        RequireId(id, now);
        var hash = ContentHash.Of(request);
        if (dryRun)
            return await DecideAsync(id, request, hash, caller, dryRun: true);

        // What is remembered may be of a ledger that was replaced.
        var era = Watch.Current.Era;
        await ReadyAsync();
        if (_known.Find(id) is { } known)
        {
            var repeated = await RepeatKnownAsync(id, known, hash, caller);

            // Whoever looks whether authority still stands may find that the ledger was replaced, and the answer gone with it.
            return Watch.Current.Era == era ? repeated : await AuthorizeAsync(request);
        }

        var deciding = DecideAsync(id, request, hash, caller, dryRun: false);
        var asked = new KnownWorkload(request, hash, deciding);
        _known.Add(id, asked);
        var admitted = false;
        try
        {
            var decision = await deciding;
            admitted = decision.Result.Admits();
            DecisionInstruments.Decided(decision, Time.GetElapsedTime(started));
            return decision;
        }
        finally
        {
            // A refusal is in the ledger, and an error is no decision: neither is worth the memory.
            if (!admitted && _known.Find(id) == asked)
                _known.Forget(id);
        }
    }

    private async Task<Decision> DecideAsync(WorkloadId id, WorkloadRequest request, ContentHash hash, CallerContext? caller, bool dryRun)
    {
        if (request.MinEpoch is { } minEpoch && minEpoch > Watch.Current.Epoch)
        {
            await Watch.RefreshAsync();
            if (minEpoch > Watch.Current.Epoch)
                throw new InvalidRequestException("minEpoch", $"is {minEpoch}, but the ledger is at {Watch.Current.Epoch}: name an epoch that an answer named");
        }

        // No append of a dry run tells the epoch.
        if (dryRun)
            await Watch.RefreshAsync();
        await RequireRegisteredAsync();

        // What was made before this activation may have been decided before it, by another way than today's.
        if (!dryRun && id.MadeAt < LoadedAt && await workloads.FindAsync(Tenant, id) is { Decision: { } recorded } record
            && !await IsUnaskedAsync(recorded))
        {
            var repeated = await RepeatAsync(id, request, record.Hash, hash, recorded, caller);
            await NoteUsedAsync(repeated);
            return repeated;
        }

        await RequireRegisteredAsync();

        // Prices are those of the epoch that authority is checked at: whoever was told that they are changed is charged the new ones.
        var check = await CheckAuthorityAsync(request, caller);
        if ((check.Refusal ?? check.Observed) is not null)
        {
            // What was granted elsewhere a moment ago may not have arrived here. Whoever was told of it may use it.
            await Watch.RefreshAsync();
            if (Watch.Current.Epoch != check.CheckedAt)
                check = await CheckAuthorityAsync(request, caller);
        }

        var checkedAt = check.CheckedAt;
        if (check.Refusal is { } fault)
            return await RefusedAsync(request, hash, Refusal(id, fault, checkedAt), dryRun);

        // What waits from here on is made good by the epoch that the money brings back.
        var bindings = check.Bindings;
        var units = new Unit?[bindings.Length];
        for (var i = 0; i < bindings.Length; i++)
            units[i] = await UnitAsync(bindings[i].Root);

        var (chain, limits, throttled) = await ChooseAsync(id, request, hash, check);
        if (throttled is not null)
            return await HeldBackAsync(id, request, hash, throttled, check, chain, dryRun);

        var draws = Draws(request, bindings, units, chain, check.Prices);
        if (Array.IndexOf(units, null) is var missing and >= 0)
        {
            return await RefusedAsync(
                request, hash, Refusal(id, ReasonCodes.BudgetMissing, $"the budget {bindings[missing].Root} does not exist or is archived; bind the agent to another", bindings[missing].Root.Value, checkedAt), dryRun);
        }

        var warning = check.Observed is { } observed ? new DecisionWarning(observed.Code, observed.Reason, observed.DeterminedBy) : null;
        var plan = new DecisionPlan(id, request, hash, caller, chain, bindings, draws, checkedAt, warning, dryRun);
        if (dryRun)
            return (await AskBudgetsAsync(plan)).Decision;

        // What is taken is given back unless it is allowed; also when nobody can tell, since then it is asked again.
        Begin(id, request, chain, limits);
        var isRunning = false;
        try
        {
            var (decision, replayed) = await AskBudgetsAsync(plan);

            // What was decided before may be over by now, and then it runs no more.
            isRunning = decision.Result.Admits() && (!replayed || await workloads.FindAsync(Tenant, id) is { State: WorkloadState.Open });
            return decision;
        }
        finally
        {
            if (!isRunning)
                End(id, request, null);
        }
    }

    /// <summary>Asks for approval if need be, and for the money; and checks once more.</summary>
    private async Task<(Decision Decision, bool Replayed)> AskBudgetsAsync(DecisionPlan plan)
    {
        var (approval, waiting) = await ApproveAsync(plan);
        if (waiting is not null)
            return (waiting, false);

        plan = plan with { Approval = approval };
        var (decision, replayed, epoch) = await ReserveAsync(plan);
        if (!decision.Result.Admits() || plan.DryRun)
            return (decision, replayed);

        decision = await ConfirmAsync(plan, decision, replayed, epoch);
        await NoteUsedAsync(decision);
        return (decision, replayed);
    }

    /// <summary>
    /// The chain that is stood on: the first that nothing holds back and whose limits of spend leave room, if there are
    /// several that permit. With it, what holds it back just now.
    /// </summary>
    private async Task<(AdmittedChain? Chain, AgentLimits? Limits, ThrottleFault? Fault)> ChooseAsync(
        WorkloadId id, WorkloadRequest request, ContentHash hash, AuthorityCheck check)
    {
        await ReadyAsync();
        var limits = State.Limits;
        if (check.Permitting is not [var first, ..])
            return (null, limits, Throttle(request, null, limits));

        var held = Throttle(request, first, limits);
        if (check.Permitting.Length == 1)
            return (first, limits, held);

        AdmittedChain? free = null;
        foreach (var one in check.Permitting)
        {
            if (Throttle(request, one, limits) is not null)
                continue;

            free ??= one;
            if (one.Spend is not { } spend)
                return (one, limits, null);

            // Asked, and not held: the answer may be outdated by the time it counts, and then that counts.
            var reply = await Budget(SpendRoot(spend)).ReserveAsync(new ReserveCommand(
                id, request, hash, ScopePath.Root, charges.Estimate(request, spend.Unit, check.Prices, Now), check.CheckedAt, null, [], DryRun: true,
                Chain: one.Chain.Ids, Spend: spend));
            if (reply.Decision.Result.Admits())
                return (one, limits, Throttle(request, one, limits));
        }

        return free is null ? (first, limits, held) : (free, limits, Throttle(request, free, limits));
    }

    private static BudgetRoot SpendRoot(SpendChain spend) => BudgetRoot.Of(spend.Links[0].Delegation);

    /// <summary>What the decision draws from, in the order in which it is asked: the agent's budgets, and the tree of the chain.</summary>
    /// <exception cref="InvalidRequestException"><c>unit_mismatch</c>; <c>estimate_required</c>.</exception>
    private ImmutableArray<BudgetDraw> Draws(
        WorkloadRequest request, ImmutableArray<BudgetBinding> bindings, Unit?[] units, AdmittedChain? chain, TenantPrices prices)
    {
        // What a budget that does not exist counts nobody knows; for that the request is refused.
        if (Array.IndexOf(units, null) < 0)
            RequireCommonUnits(request, units, chain);

        var draws = ImmutableArray.CreateBuilder<BudgetDraw>(bindings.Length + 1);
        for (var i = 0; i < bindings.Length; i++)
        {
            if (units[i] is { } unit)
                draws.Add(new BudgetDraw(bindings[i].Root, bindings[i].Scope, charges.Estimate(request, unit, prices, Now), null));
        }

        if (chain?.Spend is { } spend)
        {
            draws.Add(new BudgetDraw(SpendRoot(spend), ScopePath.Root, charges.Estimate(request, spend.Unit, prices, Now), spend));
            draws.Sort((left, right) => left.Root.CompareTo(right.Root));
        }

        return draws.ToImmutable();
    }

    private async Task<Decision> RefusedAsync(WorkloadRequest request, ContentHash hash, Decision refusal, bool dryRun) =>
        dryRun ? refusal : await RefuseAsync(request, hash, refusal);

    private async Task<Decision> RefuseAsync(WorkloadRequest request, ContentHash hash, Decision refusal)
    {
        await ReadyAsync();
        try
        {
            await AppendAsync(new WorkloadRefused(refusal.Id, request, hash, refusal));
            return refusal;
        }
        catch (DecisionExistsException)
        {
            var record = await workloads.FindAsync(Tenant, refusal.Id);
            return record?.Decision is { } recorded
                ? await RepeatAsync(refusal.Id, request, record.Hash, hash, recorded, CallerContext.Current)
                : throw new ConflictException("idempotency_conflict", $"id: the workload {refusal.Id} is recorded as something else; a new request needs a new id");
        }
    }

    private async ValueTask<Unit?> UnitAsync(BudgetRoot root)
    {
        // A budget's unit never changes, so it is asked for once. Whether the budget still takes work it says itself.
        foreach (var known in _units)
        {
            if (known.Root == root)
                return known.Unit;
        }

        if (await Budget(root).GetHeaderAsync() is not { } header)
            return null;

        // There is room for all that an agent can be bound to; those of earlier bindings give way.
        _units = [.. _units.Where(known => known.Root != root).TakeLast(AgentDefinition.BudgetsMax - 1), (root, header.Unit)];
        return header.Unit;
    }

    private static void RequireCommonUnits(WorkloadRequest request, Unit?[] units, AdmittedChain? chain)
    {
        foreach (var amount in request.Estimate is { Amounts.IsDefaultOrEmpty: false } estimate ? estimate.Amounts : [])
        {
            if (units.Contains(amount.Unit) || chain is not null && chain.Chain.Links.Any(link => Counts(link, amount.Unit)))
                continue;

            throw new InvalidRequestException(
                "estimate", $"states {amount}, but this agent's budgets count {string.Join(" and ", units)}", "unit_mismatch");
        }

        static bool Counts(Delegation link, Unit unit) =>
            link.Definition.Limits is { } limits && (limits.Spend?.Unit == unit || limits.CostPerOperation?.Unit == unit)
            || link.ApprovalWhen is not null;
    }
}
