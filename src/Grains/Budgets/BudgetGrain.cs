using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace GenOps.ControlPlane.Budgets;

/// <inheritdoc cref="IBudgetGrain"/>
[Reentrant]
public sealed class BudgetGrain(
    IGrainContext context,
    IGrainFactory grains,
    LedgeredGrainServices services,
    DueList dueList,
    IOptions<BudgetGrainOptions> options,
    ILogger<BudgetGrain> logger) : LedgeredGrain<BudgetTree>(context, services), IBudgetGrain
{
    private readonly EndedWorkloads _ended = new(options.Value.EndedWorkloadsMax);
    private readonly WorkloadLookups _lookups = new();
    private DateTimeOffset? _due;

    private TenantId Tenant => Stream.Tenant;

    private BudgetRoot Root => BudgetRoot.Parse(Stream.Name);

    /// <inheritdoc/>
    public async Task<BudgetView> PutAsync(BudgetDefinition definition, Principal by)
    {
        await ReadyAsync();
        if (Root == BudgetRoot.Requests && definition.Unit != Amounts.Unit.Requests)
            throw new InvalidRequestException("unit", "of the built-in budget requests is requests");
        if (State.Define(definition, by) is { } defined)
            await AppendAsync(defined);
        else
            await DurableAsync();
        await ReadyAsync();
        return State.View(ScopePath.Root, null, int.MaxValue - 1, Now);
    }

    /// <inheritdoc/>
    public async Task<BudgetView> ArchiveAsync(Principal by)
    {
        await ReadyAsync();
        if (!State.Exists)
            throw new NotFoundException("budget_not_found", $"there is no budget {Root}");
        if (State.Archive(by) is { } archived)
            await AppendAsync(archived);
        else
            await DurableAsync();
        await ReadyAsync();
        return State.View(ScopePath.Root, null, int.MaxValue - 1, Now);
    }

    /// <inheritdoc/>
    public async Task<BudgetView> GetAsync(ScopePath scope, string? childrenAfter, int childrenMax)
    {
        await ReadyAsync();
        var view = State.View(scope, childrenAfter, childrenMax, Now);

        // A figure is told once it is durable, like a decision.
        await DurableAsync();
        return view;
    }

    /// <inheritdoc/>
    public async Task<BudgetDefinition> GetDefinitionAsync()
    {
        await ReadyAsync();
        var definition = State.Definition ?? throw new NotFoundException("budget_not_found", $"there is no budget {Root}");
        await DurableAsync();
        return definition;
    }

    /// <inheritdoc/>
    public async ValueTask<BudgetHeader?> GetHeaderAsync()
    {
        await ReadyAsync();
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

        if (command.DryRun)
            return DryRun(command);

        var expired = ExpireDue();
        if (BuiltIn() is { } builtIn)
            expired = AppendAsync(builtIn);

        var decided = State.Reserve(command, Now);
        var unit = State.Exists ? State.Unit : default;
        try
        {
            var appended = AppendAsync(decided);
            await expired;
            return Reply(decided, await appended, command, unit);
        }
        catch (DecisionExistsException)
        {
            return await RecallAsync(command) ?? throw Lost(command.Id);
        }
    }

    /// <inheritdoc/>
    public async Task<Settlement> SettleAsync(SettleCommand command)
    {
        await ReadyAsync();
        var (holding, known) = await HoldingAsync(command.Id);
        if (holding is null)
            throw NotFound(command.Id);
        if (State.Settle(command, holding) is not { } settled)
        {
            var unchanged = known ?? Settlement(holding);
            await DurableAsync();
            return unchanged;
        }

        var before = Settlement(holding);
        await AppendAsync(settled);
        var answer = settled switch
        {
            WorkloadReconciled reconciled => before with
            {
                Actual = reconciled.Actual,
                Delta = reconciled.Actual - reconciled.Reserved,
                State = WorkloadState.Reconciled,
                Violation = reconciled.Violation,
                PriceFallback = reconciled.PriceFallback,
            },
            WorkloadUnresolved unresolved => before with { State = WorkloadState.Unresolved, Violation = unresolved.Violation },
            _ => throw new InvariantViolationException($"{settled.GetType().Name} settles nothing"),
        };
        DecisionInstruments.Settled(answer);
        return answer;
    }

    /// <inheritdoc/>
    public async Task<Settlement?> ReleaseAsync(WorkloadId id, ReleaseCause cause, string reason)
    {
        await ReadyAsync();
        var (holding, known) = await HoldingAsync(id);
        if (holding is null && cause == ReleaseCause.Requested && !await AbandonAsync(id, reason))
        {
            // It was decided while the tombstone was on its way, perhaps here by another activation.
            await ReadyAsync();
            (holding, known) = await HoldingAsync(id);
        }

        // A refusal holds nothing anywhere, also where there is no such budget.
        if (holding is null or { State: WorkloadState.Refused } || !State.Exists)
            return null;

        var before = known ?? Settlement(holding);
        if (State.Release(id, holding, cause, reason) is not { } released)
        {
            await DurableAsync();
            return before;
        }

        await AppendAsync(released);
        return before with { State = WorkloadState.Released };
    }

    /// <inheritdoc/>
    public async Task<ExtendResult> ExtendAsync(WorkloadId id, int ttlSeconds)
    {
        await ReadyAsync();
        var (holding, _) = await HoldingAsync(id);
        if (holding is null)
            throw NotFound(id);
        var extended = State.Extend(id, holding, ttlSeconds, Now);
        var epoch = extended is null ? await DurableAsync() : await AppendAsync(extended);
        return new ExtendResult(id, extended?.ExpiresAt ?? holding.ExpiresAt, epoch);
    }

    /// <inheritdoc/>
    public async Task<bool> WithdrawAsync(WorkloadId id, Decision refusal)
    {
        await ReadyAsync();
        var (holding, _) = await HoldingAsync(id);
        if (holding is not { State: WorkloadState.Open, IsConfirmed: false })
        {
            await DurableAsync();
            return false;
        }

        await AppendAsync(new WorkloadWithdrawn(id, holding.Scope, holding.ReservedAt, holding.Amount, refusal));
        return true;
    }

    /// <inheritdoc/>
    public async Task ConfirmAsync(WorkloadId id)
    {
        await ReadyAsync();
        var (holding, _) = await HoldingAsync(id);
        if (holding is { State: WorkloadState.Open, IsConfirmed: false })
            await AppendAsync(new WorkloadExtended(id, holding.ExpiresAt));
        else
            await DurableAsync();
    }

    /// <inheritdoc/>
    public async Task<Settlement> RecordUsageAsync(UsageCommand command)
    {
        await ReadyAsync();
        if (MayKnow(command.Id) && await RecallAsync(command) is { } recorded)
            return recorded;

        await ReadyAsync();
        var builtIn = BuiltIn();
        var expired = builtIn is null ? Task.CompletedTask : AppendAsync(builtIn);
        try
        {
            var usage = State.Record(command);
            var answer = State.Recorded(usage.Scope, usage.Actual);
            var appended = AppendAsync(usage);
            await expired;
            await appended;
            DecisionInstruments.Settled(answer);
            return answer;
        }
        catch (DecisionExistsException)
        {
            return await RecallAsync(command) ?? throw Lost(command.Id);
        }
    }

    /// <inheritdoc/>
    public async Task<HoldFate> ResolveHoldAsync(WorkloadId id)
    {
        await ReadyAsync();
        var (holding, _) = await HoldingAsync(id);
        if (holding is null)
        {
            await AbandonAsync(id, "its hold in another budget expired before it was decided");

            // The tombstone may have come too late: what is recorded counts.
            await ReadyAsync();
            (holding, _) = await HoldingAsync(id);
        }

        // Held here for yet another budget: the agent was bound anew between two attempts. Names ascend, so this ends.
        if (holding is { State: WorkloadState.Open, CommitsIn: { } commitsIn })
            return await grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key(Tenant, commitsIn)).ResolveHoldAsync(id);

        return holding is null or { State: WorkloadState.Refused } or { State: WorkloadState.Released, ReleasedByClient: true }
            ? HoldFate.Abandoned
            : HoldFate.Admitted;
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<WorkloadId>> ListHeldAsync(WorkloadState state, WorkloadId? after, int countMax)
    {
        await ReadyAsync();
        var ids = State.Held(state, after, countMax);
        await DurableAsync();
        return ids;
    }

    /// <inheritdoc/>
    public Task<BudgetView> AdjustAsync(AdjustCommand command, Principal by) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<BudgetView> FreezeAsync(ScopePath scope, string reason, Principal by) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<BudgetView> UnfreezeAsync(ScopePath scope, string reason, Principal by) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<WriteOffResult> WriteOffAsync(WriteOffCommand command, Principal by) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<BudgetCalendarView> GetCalendarAsync() => throw new NotSupportedException();

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> SettleDueAsync()
    {
        // Nothing due is nothing written: an activation that another one has overtaken would never notice.
        await CurrentAsync();
        await ExpireDue();
        await ReadyAsync();
        foreach (var (id, commitsIn) in State.ExpiredHolds(Now, options.Value.ExpiriesPerTurnMax))
        {
            HoldFate fate;
            try
            {
                fate = await grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key(Tenant, commitsIn)).ResolveHoldAsync(id);
            }
            catch (Exception error)
            {
                // Counted until somebody can tell: too careful for a while, and never too generous.
                DueListLog.FateUnknown(logger, error, Stream.Value, id.ToString());
                break;
            }

            await ReadyAsync();
            if (State.Find(id) is not { State: WorkloadState.Open } holding || holding.ExpiresAt > Now)
                continue;

            await AppendAsync(fate == HoldFate.Admitted
                ? State.End(id, holding)
                : new WorkloadReleased(
                    id, holding.Scope, holding.ReservedAt, holding.Amount, ReleaseCause.Refused, $"{commitsIn} did not admit it"));
        }

        await ReadyAsync();
        return State.NextDue;
    }

    /// <inheritdoc/>
    protected override BudgetTree Empty() => new(Root);

    /// <inheritdoc/>
    protected override void OnLoaded() => _ended.Reset(LoadedAt > State.NewestId ? LoadedAt : State.NewestId.AddMilliseconds(1));

    /// <inheritdoc/>
    protected override void OnAppended(LedgerEvent content)
    {
        if (content.About is not { } id)
            return;

        _lookups.Changed(id);
        if (State.Find(id) is null)
            _ended.Add(id);
    }

    /// <inheritdoc/>
    protected override void OnChanged()
    {
        var due = State.NextDue;
        if (due == _due)
            return;

        _due = due;
        dueList.Set(Stream.Value, due);
    }

    private bool MayKnow(WorkloadId id) => State.Find(id) is not null || _ended.MayKnow(id);

    /// <summary>The definition of the built-in budget, which nobody has to make.</summary>
    private BudgetDefined? BuiltIn() => !State.Exists && Root == BudgetRoot.Requests
        ? new BudgetDefined(new BudgetDefinition(Amounts.Unit.Requests), Principal.ControlPlane)
        : null;

    private ReserveReply DryRun(ReserveCommand command)
    {
        if (State.Exists || BuiltIn() is not { } builtIn)
            return Reply(State.Reserve(command, Now), Watch.Current.Epoch, command, State.Exists ? State.Unit : default);

        var tree = Empty();
        tree.Apply(builtIn, Now);
        return Reply(tree.Reserve(command, Now), Watch.Current.Epoch, command, tree.Unit);
    }

    private Task ExpireDue()
    {
        if (State.NextDue is not { } due || due > Now)
            return Task.CompletedTask;

        var events = State.Expire(Now, options.Value.ExpiriesPerTurnMax);
        return events.Count == 0 ? Task.CompletedTask : AppendAsync([.. events]);
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
            return await HoldingAsync(id);
        if (record is null)
            return (null, null);
        if (record.Holdings.GetValueOrDefault(Root) is { } past)
        {
            if (past.IsHeld || !State.Exists)
                throw Behind(id);
            return (past, record.Settlements.FirstOrDefault(settlement => settlement.Budget == Root));
        }

        return record.Decision is { } decision && !decision.Result.Admits()
            ? (new Holding(ScopePath.Root, record.DecidedAt, Amounts.Quantity.Zero, WorkloadState.Refused, record.DecidedAt, null), null)
            : (null, null);
    }

    private async Task<ReserveReply?> RecallAsync(ReserveCommand command)
    {
        var record = await RecallAsync(command.Id, command.Hash);
        if (record is null)
            return null;
        if (record.Decision is { } decision)
            return new ReserveReply(decision, true, true, Watch.Current.Epoch);
        if (record.Holdings.GetValueOrDefault(Root) is not { State: WorkloadState.Open } holding)
            return null;

        await ReadyAsync();
        if (!State.Exists)
            throw Behind(command.Id);
        return new ReserveReply(
            new Decision(
                command.Id, DecisionResult.Allowed, null, null, null,
                [new Reservation(Root, holding.Scope, holding.Amount, State.Unit, null)], holding.ExpiresAt, command.CheckedAt),
            false, true, Watch.Current.Epoch);
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
            new Decision(
                held.Id, DecisionResult.Allowed, null, null, null,
                [new Reservation(Root, held.Scope, held.Amount, unit, held.Remaining)], held.ExpiresAt, command.CheckedAt),
            false, false, epoch),
        _ => throw new InvariantViolationException($"{decided.GetType().Name} decides nothing"),
    };

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
