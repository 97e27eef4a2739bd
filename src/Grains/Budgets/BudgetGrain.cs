using System.Collections.Immutable;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Placement;

namespace GenOps.ControlPlane.Budgets;

/// <inheritdoc cref="IBudgetGrain"/>
[Reentrant, HashBasedPlacement]
public sealed partial class BudgetGrain(
    IGrainContext context,
    IGrainFactory grains,
    LedgeredGrainServices services,
    DueList dueList,
    IOptions<BudgetGrainOptions> options,
    IOptions<BudgetTreeOptions> treeOptions,
    ILogger<BudgetGrain> logger) : LedgeredGrain<BudgetTree>(context, services), IBudgetGrain
{
    /// <summary>More than any client's clock may be ahead.</summary>
    private static readonly TimeSpan IdSkewMax = TimeSpan.FromHours(1);

    private readonly EndedWorkloads _ended = new(options.Value.EndedWorkloadsMax);
    private readonly WorkloadLookups _lookups = new();
    private readonly ScopeCreation _creation = new(options.Value.ScopesPerMinuteMax, options.Value.ScopeMakersMax);
    private DateTimeOffset? _due;

    private TenantId Tenant => Stream.Tenant;

    private BudgetRoot Root => BudgetRoot.Parse(Stream.Name);

    /// <inheritdoc/>
    public async Task<BudgetView> GetAsync(ScopePath scope, string? childrenAfter, int childrenMax)
    {
        await CurrentAsync();
        await BeginBuiltInAsync();
        await ExpireDue();
        await ReadyAsync();
        var view = State.View(scope, childrenAfter, childrenMax, Now);

        // A figure is told once it is durable, like a decision.
        await DurableAsync();
        return view;
    }

    /// <inheritdoc/>
    public async Task<BudgetDefinition> GetDefinitionAsync()
    {
        await CurrentAsync();
        var definition = State.Definition ?? throw new NotFoundException("budget_not_found", $"there is no budget {Root}");
        await DurableAsync();
        return definition;
    }

    /// <inheritdoc/>
    public async ValueTask<BudgetHeader?> GetHeaderAsync()
    {
        await ReadyAsync();
        if (!State.Exists)
            await CurrentAsync();
        var header = State.Header ?? (Root == BudgetRoot.Requests ? new BudgetHeader(Amounts.Unit.Requests) : null);
        await DurableAsync();
        return header;
    }

    /// <inheritdoc/>
    public async Task<ReserveReply> ReserveAsync(ReserveCommand command)
    {
        await ReadyAsync();
        if (MayKnow(command.Id) && await RecallAsync(command) is { } recorded)
            return recorded;

        await ReadyAsync();
        if (State.Find(command.Id) is not null)
            return await RecallAsync(command) ?? throw Lost(command.Id);

        var expired = ExpireDue();
        if (command.DryRun)
        {
            await expired;
            await ReadyAsync();
            return DryRun(command);
        }

        var now = Now;
        var tree = State;
        var builtIn = State.BuiltIn(command);
        if (builtIn is not null)
        {
            tree = Empty();
            tree.Apply(builtIn, now);
        }

        // The scopes of delegations are no values that somebody makes up: each was granted.
        var decided = tree.Reserve(command, now, Root.IsOfDelegation ? null : count => _creation.Wait(command.Request.Agent, count, now));
        var unit = tree.Exists ? tree.Unit : default;
        if (command.HoldUntil is not null && decided is WorkloadRefused)
        {
            await expired;
            return Reply(decided, await DurableAsync(), command, unit);
        }

        var made = Root.IsOfDelegation ? 0 : tree.CountNew((decided as WorkloadReserved)?.OnDemand ?? (decided as WorkloadHeld)?.OnDemand ?? (decided as ApprovalHeld)?.OnDemand, now);
        try
        {
            if (builtIn is not null)
                expired = AppendAsync(now, builtIn);
            var limits = State.NewLimits(command).ToArray<LedgerEvent>();
            if (limits.Length > 0)
                expired = Task.WhenAll(expired, AppendAsync(now, limits));
            var appended = AppendAsync(now, decided);
            _creation.Take(command.Request.Agent, made, now);
            await expired;
            return Reply(decided, await appended, command, unit);
        }
        catch (DecisionExistsException)
        {
            return await RecallAsync(command) ?? throw Lost(command.Id);
        }
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<WorkloadId>> ListHeldAsync(WorkloadState state, WorkloadId? after, int countMax)
    {
        await CurrentAsync();
        await ExpireDue();
        await ReadyAsync();

        // Nothing is recorded of a workload long before its id was made.
        if (state == WorkloadState.Unresolved && State.HasForgottenUnresolved)
            return [.. (await UnresolvedAsync(after?.MadeAt - IdSkewMax)).Where(id => after is not { } last || id.CompareTo(last) > 0).Order().Take(countMax)];

        var ids = State.Held(state, after, countMax);
        await DurableAsync();
        return ids;
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<DelegationHold>> ListDelegationHoldsAsync()
    {
        await CurrentAsync();
        var holds = State.HeldByDelegation();
        await DurableAsync();
        return holds;
    }

    /// <inheritdoc/>
    public async Task<BudgetCalendarView> GetCalendarAsync()
    {
        await CurrentAsync();
        await BeginBuiltInAsync();
        if (!State.Exists)
            throw new NotFoundException("budget_not_found", $"there is no budget {Root}");
        return new BudgetCalendarView(State.Unit, State.Calendar(), DurableHead.Seq);
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> SettleDueAsync()
    {
        // Nothing due is nothing written: an activation that another one has overtaken would never notice.
        await CurrentAsync();
        await ExpireDue();
        await ReadyAsync();

        // A crash may have come between an entry and the alert of what it crossed.
        await AlertAsync();
        await ReadyAsync();
        var silent = new HashSet<BudgetRoot>();
        foreach (var (id, commitsIn) in State.ExpiredHolds(Now, options.Value.ExpiriesPerTurnMax))
        {
            if (silent.Contains(commitsIn))
                continue;

            HoldFate fate;
            try
            {
                fate = await grains.Find<IBudgetGrain>(IBudgetGrain.Key(Tenant, commitsIn)).ResolveHoldAsync(id, Root);
            }
            catch (Exception error)
            {
                // Counted until somebody can tell: too careful for a while, and never too generous.
                DueListLog.FateUnknown(logger, error, Stream.Value, id.ToString());
                silent.Add(commitsIn);
                continue;
            }

            await ReadyAsync();
            if (State.Find(id) is not { State: WorkloadState.Open } holding || holding.ExpiresAt > Now)
                continue;

            await RecordAsync(fate switch
            {
                HoldFate.Admitted => State.End(id, holding),
                HoldFate.Released => State.Release(id, holding, ReleaseCause.Requested, $"its client gave it back in {commitsIn}")!,
                _ => State.Release(id, holding, ReleaseCause.Refused, $"{commitsIn} did not admit it")!,
            });
        }

        await ReadyAsync();
        return State.NextChange;
    }

    /// <inheritdoc/>
    protected override BudgetTree Empty() => new(Root, treeOptions.Value);

    /// <inheritdoc/>
    protected override void OnLoaded() => _ended.Reset(LoadedAt > State.NewestId ? LoadedAt : State.NewestId.AddMilliseconds(1));

    /// <inheritdoc/>
    protected override void OnLedgerReplaced() => _lookups.ChangedAll();

    /// <inheritdoc/>
    protected override void OnAppended(LedgerEvent content)
    {
        if (content.About is not { } id)
            return;

        _lookups.Changed(id);
        if (State.Find(id) is null)
            _ended.Add(id, Now);

        // The approval's hold has ended with this entry, and the same question may come again.
        if (content is WorkloadReserved { Approval: { } used })
            _ended.Add(used.Hold, Now);
        else if (content is WorkloadHeld { Approval: { } named })
            _ended.Add(named.Hold, Now);
    }

    /// <inheritdoc/>
    protected override void OnChanged()
    {
        var due = State.NextChange;
        if (due == _due)
            return;

        _due = due;
        dueList.Set(Stream.Value, due);
    }

    private bool MayKnow(WorkloadId id) => State.Find(id) is not null || _ended.MayKnow(id);

    private async ValueTask BeginBuiltInAsync()
    {
        if (State.BuiltIn() is not { } builtIn)
            return;

        await AppendAsync(builtIn);
        await ReadyAsync();
    }

    private async Task<WorkloadRecord?> DurableRecordAsync(WorkloadId id)
    {
        await ReadyAsync();
        await DurableAsync();
        return await WorkloadRecord.FindAsync(Reader, Tenant, id);
    }

    private ReserveReply DryRun(ReserveCommand command)
    {
        if (State.BuiltIn(command) is not { } builtIn)
            return Reply(State.Reserve(command, Now), Watch.Current.Epoch, command, State.Exists ? State.Unit : default);

        var tree = Empty();
        tree.Apply(builtIn, Now);
        return Reply(tree.Reserve(command, Now), Watch.Current.Epoch, command, tree.Unit);
    }

    private Task ExpireDue()
    {
        if (State.NextOwnDue is not { } due || due > Now)
            return Task.CompletedTask;

        var events = State.Expire(Now, options.Value.ExpiriesPerTurnMax);
        return events.Count == 0 ? Task.CompletedTask : RecordAsync([.. events]);
    }

    /// <summary>Appends, and right behind it what was crossed by it for the first time.</summary>
    private async Task<Epoch> RecordAsync(params LedgerEvent[] events)
    {
        var appended = AppendAsync(events);
        var alerted = AlertAsync();
        if (!alerted.IsCompletedSuccessfully)
            await Task.WhenAll(appended, alerted);
        return await appended;
    }

    private async Task AlertAsync()
    {
        var alerts = State.TakeAlerts(Now);
        if (alerts.Count == 0)
            return;

        var unit = State.Unit;
        await AppendAsync([.. alerts]);
        foreach (var alert in alerts)
            BudgetAlertLog.Crossed(logger, new BudgetPath(Root, alert.Scope), alert, unit);
    }

    /// <summary>Every unresolved workload that was reserved at <paramref name="from"/> or later, also those that only the ledger remembers.</summary>
    private async Task<ImmutableArray<WorkloadId>> UnresolvedAsync(DateTimeOffset? from)
    {
        await DurableAsync();
        await ReadyAsync();
        if (!State.HasForgottenUnresolved)
            return State.Held(WorkloadState.Unresolved, null, int.MaxValue);

        try
        {
            return await UnresolvedScan.ReadAsync(Reader, Stream, DurableHead.Seq, from);
        }
        catch (Exception error) when (error is not GenOpsException)
        {
            throw UnavailableException.Unreachable($"the ledger can't be read: {error.Message}");
        }
    }

    /// <summary>Leaves a tombstone; false if the workload is decided already, and there is nothing left to spend.</summary>
    private async Task<bool> AbandonAsync(WorkloadId id, string reason)
    {
        try
        {
            await AppendAsync(new WorkloadAbandoned(id, reason));
            return true;
        }
        catch (DecisionExistsException)
        {
            return false;
        }
    }

    /// <summary>
    /// How this budget stands to a workload: from memory, or durable and from the ledger, then with what was answered.
    /// After it the state is loaded and was not awaited away.
    /// </summary>
    private async ValueTask<(Holding? Holding, Settlement? Known)> HoldingAsync(WorkloadId id)
    {
        var (holding, known) = await AnyHoldingAsync(id);
        return holding is { IsForApproval: true } ? (null, null) : (holding, known);
    }

    /// <inheritdoc cref="HoldingAsync"/>
    /// <remarks>Also how it stands to an approval, of which no client may say what became of it.</remarks>
    private async ValueTask<(Holding? Holding, Settlement? Known)> AnyHoldingAsync(WorkloadId id)
    {
        if (State.Find(id) is { } held)
            return (held, null);

        var begun = _lookups.Begin(id);
        var isCurrent = false;
        WorkloadRecord? record;
        try
        {
            await DurableAsync();
            record = await WorkloadRecord.FindAsync(Reader, Tenant, id);
            await ReadyAsync();
        }
        finally
        {
            isCurrent = _lookups.End(id, begun);
        }

        if (State.Find(id) is { } meanwhile)
            return (meanwhile, null);
        if (!isCurrent)
            return await AnyHoldingAsync(id);
        if (record is null)
            return (null, null);
        if (record.ApprovalHolds.ContainsKey(Root))
            return (await ApprovalHoldAsync(id, record), null);
        if (record.Holdings.GetValueOrDefault(Root) is { } past)
        {
            if (!State.Exists || past.IsHeld && !(past.State == WorkloadState.Unresolved && State.HasForgottenUnresolved))
                throw Behind(id);
            return (past, record.Settlements.FirstOrDefault(settlement => settlement.Budget == Root));
        }

        return record.Decision is { } decision && !decision.Result.Admits()
            ? (new Holding(ScopePath.Root, record.DecidedAt, Amounts.Quantity.Zero, WorkloadState.Refused, record.DecidedAt, null), null)
            : (null, null);
    }

    /// <summary>
    /// How this budget stands to an approval that the ledger has a hold for. Whether it still holds stands with the workloads
    /// that took its place: an activation that has all entries knows, and no other.
    /// </summary>
    private async ValueTask<Holding> ApprovalHoldAsync(WorkloadId id, WorkloadRecord record)
    {
        await CurrentAsync();
        return State.Find(id) ?? record.Holdings[Root] with { State = WorkloadState.Released };
    }

    private async Task<ReserveReply?> RecallAsync(ReserveCommand command)
    {
        var record = await RecallAsync(command.Id, command.Hash);
        if (record is null)
            return null;
        if (record.IsApproval != command.HoldUntil is not null)
            throw new ConflictException("idempotency_conflict", $"id: {command.Id} stands for {(record.IsApproval ? "an approval" : "a workload")}; a new request needs a new id");
        if (record.IsApproval)
            return await RecallApprovalAsync(command, record);
        if (record.Decision is { } decision)
            return new ReserveReply(decision, true, true, Watch.Current.Epoch);
        if (record.Holdings.GetValueOrDefault(Root) is not { State: WorkloadState.Open } holding)
            return null;

        await ReadyAsync();
        if (!State.Exists)
            throw Behind(command.Id);
        return new ReserveReply(
            Holds(command, Held(record.Holds[Root], State.Unit), holding.ExpiresAt, record.Holds[Root].Warning),
            false, true, Watch.Current.Epoch);
    }

    /// <summary>What was answered when this was held for the approval, as long as it is; null if it never was.</summary>
    private async Task<ReserveReply?> RecallApprovalAsync(ReserveCommand command, WorkloadRecord record)
    {
        if (record.ApprovalHolds.GetValueOrDefault(Root) is not { } held)
            return null;

        var approval = new ApprovalId(command.Id);
        var standing = await ApprovalHoldAsync(command.Id, record);
        var decision = standing.State == WorkloadState.Open && standing.ExpiresAt > Now
            ? Holds(command, Held(held, State.Unit), held.ExpiresAt, held.Warning)
            : new Decision(
                command.Id, DecisionResult.Blocked, held.ExpiresAt <= Now ? ReasonCodes.ApprovalExpired : ReasonCodes.ApprovalUsed,
                $"{Root} holds nothing for the approval {approval} any more: ask again, and for a new one", $"approval {approval}", [], null, command.CheckedAt,
                Chain: command.Chain);
        return new ReserveReply(decision, !decision.Result.Admits(), true, await DurableAsync());
    }

    private async Task<Settlement?> RecallAsync(UsageCommand command)
    {
        var record = await RecallAsync(command.Id, command.Hash);
        await ReadyAsync();
        if (record?.Holdings.GetValueOrDefault(Root) is not { Actual: { } actual } holding)
            return null;
        return State.Exists ? State.Recorded(holding.Scope, actual) : throw Behind(command.Id);
    }

    /// <exception cref="ConflictException">The id is recorded with other content.</exception>
    private async Task<WorkloadRecord?> RecallAsync(WorkloadId id, ContentHash hash)
    {
        await DurableAsync();
        var record = await WorkloadRecord.FindAsync(Reader, Tenant, id);
        return record?.Hash is { } recorded && recorded != hash
            ? throw new ConflictException("idempotency_conflict", $"id: the workload {id} is recorded with other content; a new request needs a new id")
            : record;
    }

    private ReserveReply Reply(WorkloadEvent decided, Epoch epoch, ReserveCommand command, Amounts.Unit unit) => decided switch
    {
        WorkloadReserved reserved => new ReserveReply(reserved.Decision, true, false, epoch),
        WorkloadRefused refused => new ReserveReply(refused.Decision, true, false, epoch),
        WorkloadHeld held => new ReserveReply(
            Holds(command, Held(held, unit), held.ExpiresAt, held.Warning),
            false, false, epoch),
        ApprovalHeld held => new ReserveReply(
            Holds(command, Held(held, unit), held.ExpiresAt, held.Warning),
            false, false, epoch),
        _ => throw new InvariantViolationException($"{decided.GetType().Name} decides nothing"),
    };

    /// <summary>What an earlier budget of a decision answers: it holds the money, and the last one decides.</summary>
    private static Decision Holds(ReserveCommand command, Reservation reservation, DateTimeOffset expiresAt, DecisionWarning? warning) => new(
        command.Id, warning is null ? DecisionResult.Allowed : DecisionResult.Warning, warning?.Code, warning?.Reason, warning?.DeterminedBy,
        [reservation], expiresAt, command.CheckedAt, Chain: command.Chain);

    private Reservation Held(WorkloadHeld held, Amounts.Unit unit) => new(Root, held.Scope, held.Amount, unit, held.Remaining, held.Estimated);

    private Reservation Held(ApprovalHeld held, Amounts.Unit unit) => new(Root, held.Scope, held.Amount, unit, held.Remaining, held.Estimated);

    private Settlement Settlement(Holding holding) => new(
        Root, holding.Scope, State.Unit, holding.Amount, holding.Actual, holding.Actual - holding.Amount, holding.State);

    private NotFoundException NotFound(WorkloadId id) => new("workload_not_found", $"nothing is known of the workload {id} in {Root}");

    /// <summary>
    /// The ledger has a hold or a past that this activation does not know of: another one is alive. Whoever writes is fenced off,
    /// whoever only reads has to find it out himself.
    /// </summary>
    private UnavailableException Behind(WorkloadId id)
    {
        Forget();
        return UnavailableException.Unreachable($"the workload {id} was recorded by another activation of {Root}; send the same request again");
    }

    private UnavailableException Lost(WorkloadId id) =>
        UnavailableException.Unreachable($"the workload {id} is being recorded elsewhere; send the same request again");
}
