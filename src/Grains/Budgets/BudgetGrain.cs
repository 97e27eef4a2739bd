using System.Collections.Immutable;
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

        if (BuiltIn() is { } builtIn)
            expired = AppendAsync(builtIn);

        var now = Now;
        var decided = State.Reserve(command, now, count => _creation.Wait(command.Request.Agent, count, now));
        var unit = State.Exists ? State.Unit : default;
        var made = State.CountNew((decided as WorkloadReserved)?.OnDemand ?? (decided as WorkloadHeld)?.OnDemand, now);
        try
        {
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
                fate = await grains.GetGrain<IBudgetGrain>(IBudgetGrain.Key(Tenant, commitsIn)).ResolveHoldAsync(id, Root);
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

    /// <summary>The definition of the built-in budget, which nobody has to make.</summary>
    private BudgetDefined? BuiltIn() => !State.Exists && Root == BudgetRoot.Requests
        ? new BudgetDefined(new BudgetDefinition(Amounts.Unit.Requests), Principal.ControlPlane)
        : null;

    private async ValueTask BeginBuiltInAsync()
    {
        if (BuiltIn() is not { } builtIn)
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
        if (State.Exists || BuiltIn() is not { } builtIn)
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
            if (!State.Exists || past.IsHeld && !(past.State == WorkloadState.Unresolved && State.HasForgottenUnresolved))
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
            Holds(command, Held(record.Holds[Root], State.Unit), holding.ExpiresAt, record.Holds[Root].Warning),
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
            Holds(command, Held(held, unit), held.ExpiresAt, held.Warning),
            false, false, epoch),
        _ => throw new InvariantViolationException($"{decided.GetType().Name} decides nothing"),
    };

    /// <summary>What an earlier budget of a decision answers: it holds the money, and the last one decides.</summary>
    private static Decision Holds(ReserveCommand command, Reservation reservation, DateTimeOffset expiresAt, DecisionWarning? warning) => new(
        command.Id, warning is null ? DecisionResult.Allowed : DecisionResult.Warning, warning?.Code, warning?.Reason, warning?.DeterminedBy,
        [reservation], expiresAt, command.CheckedAt);

    private Reservation Held(WorkloadHeld held, Amounts.Unit unit) => new(Root, held.Scope, held.Amount, unit, held.Remaining, held.Estimated);

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
