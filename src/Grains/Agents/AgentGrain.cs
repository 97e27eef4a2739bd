using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace GenOps.ControlPlane.Agents;

/// <inheritdoc cref="IAgentGrain"/>
[Reentrant]
public sealed class AgentGrain(
    IGrainContext context,
    IGrainFactory grains,
    LedgeredGrainServices services,
    TenantDirectory tenants,
    IWorkloadDirectory workloads,
    ChargeCalculator charges,
    IOptions<AgentGrainOptions> options,
    ILogger<AgentGrain> logger) : LedgeredGrain<AgentRecord>(context, services), IAgentGrain
{
    private const string DecidedElsewhere = "decided elsewhere";

    private readonly KnownWorkloads _known = new(options.Value.WorkloadsMax);
    private readonly Dictionary<BudgetRoot, Unit> _units = [];

    private TenantId Tenant => Stream.Tenant;

    private AgentId Agent => AgentId.Parse(Stream.Name);

    /// <inheritdoc/>
    public async Task<Decision> AuthorizeAsync(WorkloadRequest request, bool dryRun = false)
    {
        WorkloadRequestRules.Require(request);
        if (request.Agent != Agent)
            throw new InvalidRequestException("agent", $"is {request.Agent}, but the request went to {Agent}");

        var started = Time.GetTimestamp();
        var now = Now;
        var id = request.Id ?? WorkloadId.New(now);
        RequireId(id, now);
        var hash = ContentHash.Of(request);
        if (dryRun)
            return await DecideAsync(id, request, hash, dryRun: true);

        if (_known.Find(id) is { } known)
            return await RepeatKnownAsync(id, known, hash);

        var deciding = DecideAsync(id, request, hash, dryRun: false);
        _known.Add(id, new KnownWorkload(request, hash, deciding, now));
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
            if (!admitted)
                _known.Forget(id);
        }
    }

    /// <inheritdoc/>
    public async Task<SettlementResult> ReconcileAsync(WorkloadId id, Reconciliation reconciliation)
    {
        WorkloadRequestRules.Require(reconciliation);
        var isFirst = _known.Find(id) is { Decision.IsCompletedSuccessfully: true };
        var (request, decision, reservedAt) = await AdmittedAsync(id);
        _known.Forget(id);
        RequireKnownUnits(reconciliation, decision);
        var actuals = decision.Reservations
            .Select(reservation => (reservation.Budget, Charge: charges.Actual(request, reconciliation, reservation.Unit, reservedAt)))
            .ToImmutableArray();

        // What one budget would refuse, none may record. Nothing is recorded yet if nobody reported before.
        if (!isFirst && actuals.Length > 1)
            await RequireSettleableAsync(id, actuals);

        // The budget that decides goes first.
        var settlements = new SortedDictionary<BudgetRoot, Settlement>();
        foreach (var (budget, charge) in actuals.Reverse())
            settlements[budget] = await Budget(budget).SettleAsync(new SettleCommand(id, reconciliation, charge));

        var prices = actuals.Select(actual => actual.Charge.PriceBook).FirstOrDefault(version => version is not null);
        return new SettlementResult(id, StateOf(settlements.Values), [.. settlements.Values], prices);
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
        return new SettlementResult(
            id, settlements.Count == 0 ? WorkloadState.Released : StateOf(settlements.Values), [.. settlements.Values]);
    }

    /// <inheritdoc/>
    public async Task<ExtendResult> ExtendAsync(WorkloadId id, int ttlSeconds)
    {
        if (ttlSeconds is < 1 or > WorkloadRequest.TtlSecondsMax)
            throw new InvalidRequestException("ttlSeconds", $"must be from 1 to {WorkloadRequest.TtlSecondsMax}");

        var (_, decision, _) = await AdmittedAsync(id);
        await Watch.RefreshAsync();
        var checkedAt = await RequireAuthorityAsync(id);
        ExtendResult? extended = null;
        foreach (var reservation in decision.Reservations.Reverse())
        {
            var one = await Budget(reservation.Budget).ExtendAsync(id, ttlSeconds);
            extended = extended is null || one.ExpiresAt < extended.ExpiresAt ? one : extended;
        }

        await Watch.CatchUpAsync(extended!.Epoch);
        if (extended.Epoch > checkedAt)
            checkedAt = await RequireAuthorityAsync(id);
        return extended with { Epoch = checkedAt };
    }

    /// <inheritdoc/>
    public async Task<SettlementResult> RecordUsageAsync(UsageReport report)
    {
        WorkloadRequestRules.Require(report.AsRequest());
        if (!Enum.IsDefined(report.Why))
            throw new InvalidRequestException("why", "must be ungoverned or external");
        if (report.Usage is null && report.Actual is not { IsDefaultOrEmpty: false })
            throw new InvalidRequestException("usage", "is required, or actual: what was consumed");
        WorkloadRequestRules.Require(new Reconciliation(report.Usage, Actual: report.Actual));

        var now = Now;
        var id = report.Id ?? WorkloadId.New(now);
        RequireId(id, now);
        await TenantAsync();
        await FreshAsync();
        if (!State.WasRegistered)
            throw AgentNotFound();

        // The record of the budget that decides names what every budget is charged. A report that comes again, perhaps
        // to an agent that is bound otherwise by now, finds it and completes it.
        var hash = ContentHash.Of(report with { Id = null });
        var charged = await workloads.FindAsync(Tenant, id) is { } record
            ? Recorded(id, record, hash)
            : await ChargesAsync(report, now);
        var prices = charged.Select(one => one.Charge.PriceBook).FirstOrDefault(version => version is not null);
        var settlements = charged.Select(one => one.Settlement).ToImmutableArray();
        var last = settlements[^1].Budget;
        foreach (var (settlement, charge) in charged.Reverse())
        {
            await Budget(settlement.Budget).RecordUsageAsync(new UsageCommand(
                id, report, hash, settlement.Scope, charge, settlement.Budget == last ? null : last,
                settlement.Budget == last ? settlements : []));
        }

        return new SettlementResult(id, WorkloadState.Reconciled, settlements, prices);
    }

    /// <inheritdoc/>
    public async Task<AgentView> PutAsync(AgentDefinition definition, Principal by)
    {
        await FreshAsync();
        await TenantAsync();
        await FreshAsync();
        if (State.Define(definition, by) is { } defined)
            await AppendAsync(defined);
        else
            await DurableAsync();
        await ReadyAsync();
        return State.View();
    }

    /// <inheritdoc/>
    public async Task<AgentView> GetAsync()
    {
        await RequireRegisteredAsync();
        var view = State.View();
        await DurableAsync();
        return view;
    }

    /// <inheritdoc/>
    public Task<AuthorityChange> CloseAsync(Principal by) => ChangeAsync(() => new AgentClosed(by));

    /// <inheritdoc/>
    public Task<AuthorityChange> SuspendAsync(string reason, Principal by)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        return ChangeAsync(() => State.Suspend(reason, by));
    }

    /// <inheritdoc/>
    public Task<AuthorityChange> ResumeAsync(string reason, Principal by)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        return ChangeAsync(() => State.Resume(reason, by));
    }

    /// <inheritdoc/>
    protected override AgentRecord Empty() => new(Agent);

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

    private IBudgetGrain Budget(BudgetRoot root) => grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key(Tenant, root));

    private void RequireId(WorkloadId id, DateTimeOffset now) => WorkloadRequestRules.RequireId(id, now, options.Value.IdSkewMax);

    private async Task<Decision> DecideAsync(WorkloadId id, WorkloadRequest request, ContentHash hash, bool dryRun)
    {
        if (request.MinEpoch is { } minEpoch && minEpoch > Watch.Current.Epoch)
        {
            await Watch.RefreshAsync();
            if (minEpoch > Watch.Current.Epoch)
                throw new InvalidRequestException("minEpoch", $"is {minEpoch}, but the ledger is at {Watch.Current.Epoch}: name an epoch that an answer named");
        }

        await RequireRegisteredAsync();

        // What was made before this activation may have been decided before it, by another way than today's.
        if (!dryRun && id.MadeAt < LoadedAt && await workloads.FindAsync(Tenant, id) is { Decision: { } recorded } record)
            return await RepeatAsync(id, record.Hash, hash, recorded);

        // Every look-up that waits comes before authority is checked.
        await RequireRegisteredAsync();
        var bindings = State.Bindings;
        var units = new Unit?[bindings.Length];
        for (var i = 0; i < bindings.Length; i++)
            units[i] = await UnitAsync(bindings[i].Root);
        RequireCommonUnits(request, units);
        var charged = new Charge[bindings.Length];
        for (var i = 0; i < bindings.Length; i++)
        {
            if (units[i] is { } unit)
                charged[i] = charges.Estimate(request, unit, Now);
        }

        var (checkedAt, refusal) = await CheckAuthorityAsync(id);
        if (refusal is null && Array.IndexOf(units, null) is var missing and >= 0)
            refusal = Refusal(id, ReasonCodes.BudgetMissing, $"the budget {bindings[missing].Root} does not exist or is archived; bind the agent to another", bindings[missing].Root.Value, checkedAt);
        if (refusal is not null)
            return dryRun ? refusal : await RefuseAsync(request, hash, refusal);

        var (decision, replayed, epoch) = await ReserveAsync(id, request, hash, bindings, charged, checkedAt, dryRun);
        if (!decision.Result.Admits() || dryRun)
            return decision;
        return await ConfirmAsync(id, decision, replayed, epoch, checkedAt);
    }

    /// <summary>Asks the budgets in name order; the last one's entry is the decision.</summary>
    private async Task<(Decision Decision, bool Replayed, Epoch Epoch)> ReserveAsync(
        WorkloadId id, WorkloadRequest request, ContentHash hash, ImmutableArray<BudgetBinding> bindings, Charge[] charged, Epoch checkedAt, bool dryRun)
    {
        var held = ImmutableArray<Reservation>.Empty;
        var last = bindings[^1].Root;
        var epoch = checkedAt;
        for (var i = 0; ; i++)
        {
            var root = bindings[i].Root;
            ReserveReply reply;
            try
            {
                reply = await Budget(root).ReserveAsync(new ReserveCommand(
                    id, request, hash, bindings[i].Scope, charged[i], checkedAt, root == last ? null : last, held, dryRun));
            }
            catch (ConflictException)
            {
                // The id belongs to something else: what was held for it here belongs to nobody.
                foreach (var reservation in held)
                    await GiveBackAsync(id, reservation.Budget, DecidedElsewhere);
                throw;
            }

            epoch = reply.Epoch > epoch ? reply.Epoch : epoch;
            if (reply.Decided)
            {
                if (!dryRun)
                    await GiveBackAsync(id, held, reply.Decision);
                return (reply.Decision, reply.Replayed, epoch);
            }

            held = held.AddRange(reply.Decision.Reservations);
            if (root == last)
            {
                if (dryRun)
                    throw UnavailableException.Unreachable($"the workload {id} is being decided elsewhere; ask about a new id");

                var recorded = await EndEarlierAttemptAsync(id);
                await GiveBackAsync(id, held, recorded);
                return (recorded, true, epoch);
            }
        }
    }

    /// <summary>
    /// The agent was bound anew between two attempts: the budget that is to decide now holds for an earlier attempt that
    /// another one was to decide. That one says now, and for ever, whether it did.
    /// </summary>
    private async Task<Decision> EndEarlierAttemptAsync(WorkloadId id)
    {
        if (await workloads.FindAsync(Tenant, id) is { Decision: null, CommitsIn: { } commitsIn })
            await Budget(commitsIn).ResolveHoldAsync(id);
        return (await workloads.FindAsync(Tenant, id))?.Decision
            ?? throw UnavailableException.Unreachable($"the workload {id} is being decided elsewhere; send the same request again");
    }

    /// <summary>Gives back what was held in vain: the decision was a refusal, or was made another way.</summary>
    private async Task GiveBackAsync(WorkloadId id, ImmutableArray<Reservation> held, Decision decision)
    {
        foreach (var reservation in held)
        {
            if (!decision.Result.Admits() || decision.Reservations.All(counted => counted.Budget != reservation.Budget))
                await GiveBackAsync(id, reservation.Budget, decision.ReasonCode ?? DecidedElsewhere);
        }
    }

    private async Task GiveBackAsync(WorkloadId id, WorkloadRecord record, Decision refusal)
    {
        foreach (var (root, holding) in record.Holdings)
        {
            if (holding.IsHeld)
                await GiveBackAsync(id, root, refusal.ReasonCode ?? DecidedElsewhere);
        }
    }

    private async Task GiveBackAsync(WorkloadId id, BudgetRoot root, string reason)
    {
        try
        {
            await Budget(root).ReleaseAsync(id, ReleaseCause.Refused, reason);
        }
        catch (Exception error) when (error is UnavailableException or TimeoutException or SiloUnavailableException)
        {
            // The hold expires and then asks the budget that decided.
            AgentGrainLog.HoldLeft(logger, error, Stream, root, id);
        }
    }

    /// <exception cref="ConflictException">A budget has other figures, which are final.</exception>
    private async Task RequireSettleableAsync(WorkloadId id, ImmutableArray<(BudgetRoot Budget, Charge Charge)> actuals)
    {
        if (await workloads.FindAsync(Tenant, id) is not { } record)
            return;

        foreach (var (budget, charge) in actuals)
        {
            if (charge.Amount is { } actual && record.Holdings.GetValueOrDefault(budget) is { State: WorkloadState.Reconciled } holding
                && holding.Actual != actual)
            {
                throw new ConflictException(
                    "already_resolved", $"the workload {id} is reconciled with {holding.Actual} in {budget}, not {actual}; report only what is missing, as actual");
            }
        }
    }

    /// <summary>
    /// The check that makes an acknowledged revocation true: the reservation's own commit brought the epoch. If it is
    /// newer than the one that authority was checked at, the silo catches up and checks again before anybody is told.
    /// </summary>
    private async Task<Decision> ConfirmAsync(WorkloadId id, Decision decision, bool replayed, Epoch epoch, Epoch checkedAt)
    {
        if (replayed)
            return await ReplayAsync(id, decision);
        if (epoch <= checkedAt)
            return decision;

        await Watch.CatchUpAsync(epoch);
        var (_, refusal) = await CheckAuthorityAsync(id);
        if (refusal is null)
            return decision;

        // The budget that decided goes first. If its hold has ended meanwhile, the recorded decision stays what it was.
        if (!await Budget(decision.Reservations[^1].Budget).WithdrawAsync(id, refusal))
            throw AuthorityRevoked(id, refusal);

        await GiveBackAsync(id, decision.Reservations[..^1], refusal);
        return refusal;
    }

    private async Task<Decision> RefuseAsync(WorkloadRequest request, ContentHash hash, Decision refusal)
    {
        try
        {
            await AppendAsync(new WorkloadRefused(refusal.Id, request, hash, refusal));
            return refusal;
        }
        catch (DecisionExistsException)
        {
            var record = await workloads.FindAsync(Tenant, refusal.Id);
            return record?.Decision is { } recorded
                ? await RepeatAsync(refusal.Id, record.Hash, hash, recorded)
                : throw new ConflictException("idempotency_conflict", $"id: the workload {refusal.Id} is recorded as something else; a new request needs a new id");
        }
    }

    /// <summary>The recorded answer, if the question was the same and what it allows is still allowed.</summary>
    private async Task<Decision> RepeatAsync(WorkloadId id, ContentHash? recorded, ContentHash asked, Decision decision)
    {
        if (recorded is { } hash)
            RequireSame(id, hash, asked);
        return decision.Result.Admits() ? await ReplayAsync(id, decision) : decision;
    }

    /// <summary>A recorded ALLOWED once more, if it still is.</summary>
    private async Task<Decision> ReplayAsync(WorkloadId id, Decision recorded)
    {
        // Whoever recorded it, another activation perhaps, may be withdrawing it. From here on it can't.
        await Budget(recorded.Reservations[^1].Budget).ConfirmAsync(id);
        var decision = (await workloads.FindAsync(Tenant, id))?.Decision ?? recorded;
        return decision.Result.Admits() ? await StillAllowedAsync(id, decision) : decision;
    }

    private async Task<Decision> StillAllowedAsync(WorkloadId id, Decision decision)
    {
        // No append of this call tells the epoch.
        await Watch.RefreshAsync();
        await RequireAuthorityAsync(id);
        return decision;
    }

    /// <summary>The answer that this activation gave, or is about to give.</summary>
    private async Task<Decision> RepeatKnownAsync(WorkloadId id, KnownWorkload known, ContentHash asked)
    {
        RequireSame(id, known.Hash, asked);
        var decision = await known.Decision;
        return decision.Result.Admits() ? await StillAllowedAsync(id, decision) : decision;
    }

    private static void RequireSame(WorkloadId id, ContentHash recorded, ContentHash asked)
    {
        if (recorded != asked)
            throw new ConflictException("idempotency_conflict", $"id: the workload {id} is recorded with other content; a new request needs a new id");
    }

    private async Task<Epoch> RequireAuthorityAsync(WorkloadId id)
    {
        var (checkedAt, refusal) = await CheckAuthorityAsync(id);
        return refusal is null ? checkedAt : throw AuthorityRevoked(id, refusal);
    }

    private ConflictException AuthorityRevoked(WorkloadId id, Decision refusal) =>
        new("authority_revoked", $"the workload {id} was allowed, and no longer is: {refusal.Reason}");

    /// <summary>
    /// Whether the agent may act, and at which epoch that was checked. Everything it reads is valid at that epoch, and
    /// there is no await between the reading and the return. Delegations join here.
    /// </summary>
    private async ValueTask<(Epoch CheckedAt, Decision? Refusal)> CheckAuthorityAsync(WorkloadId id)
    {
        while (true)
        {
            await ChangedAsync();
            await FreshAsync();
            var tenant = await tenants.GetAsync(Tenant);
            await ReadyAsync();
            var snapshot = Watch.Current;
            if (IsChanging || IsStale || !tenants.IsFresh(Tenant, tenant))
                continue;

            if (tenant.Refusal is { } tenantRefusal)
                return (snapshot.Epoch, Refusal(id, ReasonCodes.TenantSuspended, tenantRefusal, ITenantGrain.Key(Tenant), snapshot.Epoch));
            if (State.Refusal is { } agentRefusal)
                return (snapshot.Epoch, Refusal(id, ReasonCodes.AgentSuspended, agentRefusal, Stream.Value, snapshot.Epoch));
            if (!State.Exists)
                throw AgentNotFound();
            return (snapshot.Epoch, null);
        }
    }

    private static Decision Refusal(WorkloadId id, string code, string reason, string determinedBy, Epoch checkedAt) =>
        new(id, DecisionResult.Blocked, code, reason, determinedBy, [], null, checkedAt);

    private static ImmutableArray<(Settlement Settlement, Charge Charge)> Recorded(WorkloadId id, WorkloadRecord record, ContentHash hash)
    {
        if (!record.IsUsage || record.Hash != hash)
            throw new ConflictException("idempotency_conflict", $"id: the workload {id} is recorded as something else; a new report needs a new id");
        return [.. record.Settlements.Select(settlement => (settlement, new Charge(settlement.Actual)))];
    }

    /// <summary>What every bound budget is charged for spend without a reservation, worked out before anything is written.</summary>
    /// <exception cref="InvalidRequestException">Nobody can tell what it is in a budget's unit; a unit that no budget counts.</exception>
    private async Task<ImmutableArray<(Settlement Settlement, Charge Charge)>> ChargesAsync(UsageReport report, DateTimeOffset now)
    {
        await ReadyAsync();
        var bindings = State.Bindings;
        var isBound = State.IsBound;
        var charged = ImmutableArray.CreateBuilder<(Settlement, Charge)>(bindings.Length);
        var units = new List<Unit>();
        foreach (var binding in bindings)
        {
            if (await Budget(binding.Root).GetHeaderAsync() is not { } header)
                continue;

            units.Add(header.Unit);
            if (charges.Actual(report, header, now) is { } charge)
                charged.Add((Spent(binding, header.Unit, charge.Amount!.Value), charge));
        }

        foreach (var amount in report.Actual is { IsDefault: false } stated ? stated : [])
        {
            if (isBound && !units.Contains(amount.Unit))
                throw new InvalidRequestException("actual", $"states {amount}, but this agent's budgets count {string.Join(" and ", units)}", "unit_mismatch");
        }

        // Spent is spent: what no bound budget can count is counted by the built-in one.
        if (charged.Count == 0)
            charged.Add((Spent(new BudgetBinding(BudgetRoot.Requests), Unit.Requests, Quantity.One), new Charge(Quantity.One)));
        return charged.ToImmutable();
    }

    private static Settlement Spent(BudgetBinding binding, Unit unit, Quantity actual) =>
        new(binding.Root, binding.Scope, unit, Quantity.Zero, actual, actual, WorkloadState.Reconciled);

    private async ValueTask<Unit?> UnitAsync(BudgetRoot root)
    {
        // A budget's unit never changes, so it is asked for once. Whether the budget still takes work it says itself.
        if (_units.TryGetValue(root, out var unit))
            return unit;
        if (await Budget(root).GetHeaderAsync() is not { } header)
            return null;

        _units[root] = header.Unit;
        return header.Unit;
    }

    private static void RequireCommonUnits(WorkloadRequest request, Unit?[] units)
    {
        foreach (var amount in request.Estimate is { Amounts.IsDefaultOrEmpty: false } estimate ? estimate.Amounts : [])
        {
            if (!units.Contains(amount.Unit))
            {
                throw new InvalidRequestException(
                    "estimate", $"states {amount}, but this agent's budgets count {string.Join(" and ", units.Where(unit => unit is not null))}", "unit_mismatch");
            }
        }
    }

    private async Task<(WorkloadRequest Request, Decision Decision, DateTimeOffset ReservedAt)> AdmittedAsync(WorkloadId id)
    {
        if (_known.Find(id) is { } known)
        {
            var decision = await known.Decision;
            if (decision.Result.Admits())
                return (known.Request, decision, known.AskedAt);
        }

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

    private void RequireOwn(WorkloadId id, WorkloadRecord? record)
    {
        if (record?.Agent is { } agent && agent != Agent)
            throw new NotFoundException("workload_not_found", $"nothing is known of the workload {id} with the agent {Agent}");
    }

    private async Task RequireRegisteredAsync()
    {
        await TenantAsync();
        await FreshAsync();
        if (!State.Exists)
            throw AgentNotFound();
    }

    private async Task TenantAsync()
    {
        if (!(await tenants.GetAsync(Tenant)).Exists)
            throw new NotFoundException("tenant_not_found", $"there is no tenant {Tenant}; create it with PUT /v1/tenants/{Tenant}");
    }

    private NotFoundException AgentNotFound() =>
        new("agent_not_found", $"there is no agent {Agent}; register it with PUT /v1/tenants/{Tenant}/agents/{Agent}");

    private async Task<AuthorityChange> ChangeAsync(Func<LedgerEvent?> decide)
    {
        var started = Time.GetTimestamp();
        await RequireRegisteredAsync();
        var change = decide();
        if (change is null)
        {
            // Nothing is written, so the ledger does not fence off an activation that lives in the past: it has to ask.
            await Watch.RefreshAsync();
            await RequireRegisteredAsync();
            change = decide();
        }

        var epoch = change is null ? await DurableAsync() : await AppendAsync(change);
        var elapsed = Time.GetElapsedTime(started);
        DecisionInstruments.Revoked(elapsed);
        return new AuthorityChange(epoch, elapsed.TotalMilliseconds);
    }
}
