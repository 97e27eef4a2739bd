using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// A budget: a tree of scopes with limits, and what is spent and held in each. It decides which event follows a
/// command, without clock and without I/O; folding the events is the only thing that changes it.
/// </summary>
/// <param name="root">The budget's name.</param>
public sealed class BudgetTree(BudgetRoot root) : ILedgeredState
{
    private const int ImageVersion = 2;

    private readonly Dictionary<ScopePath, ScopeUsage> _usages = [];
    private readonly Dictionary<WorkloadId, Holding> _holdings = [];
    private readonly PriorityQueue<WorkloadId, DateTimeOffset> _due = new();
    private readonly Dictionary<BudgetPeriod, BudgetWindow> _running = [];
    private BudgetDefinition? _definition;
    private BudgetPlan? _plan;
    private WindowCalendar _calendar = new(TimeZoneInfo.Utc);
    private bool _archived;

    /// <summary>Whether it was ever defined.</summary>
    public bool Exists => _plan is not null;

    /// <summary>The definition as it was last put; null if there is none.</summary>
    public BudgetDefinition? Definition => _definition;

    /// <summary>Whether it takes new work.</summary>
    public bool IsActive => Exists && !_archived;

    /// <summary>What is needed to work out a charge; null if it does not exist.</summary>
    public BudgetHeader? Header => Exists ? new BudgetHeader(Plan.Unit, Plan.DefaultPrice) : null;

    /// <summary>
    /// When the newest workload id that it was ever told of was made, by the client's clock, which may run ahead: a
    /// younger id is new here.
    /// </summary>
    public DateTimeOffset NewestId { get; private set; }

    /// <summary>What it counts.</summary>
    /// <exception cref="InvalidOperationException">It does not exist.</exception>
    public Unit Unit => Plan.Unit;

    /// <summary>When the next open hold ends; null if none is open.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            while (_due.TryPeek(out var id, out var at))
            {
                if (_holdings.TryGetValue(id, out var holding) && holding.State == WorkloadState.Open && holding.ExpiresAt == at)
                    return at;
                _due.Dequeue();
            }

            return null;
        }
    }

    /// <inheritdoc/>
    public int Weight => _holdings.Count + (_usages.Count * WindowCalendar.Periods.Count);

    private BudgetPlan Plan => _plan ?? throw new InvalidOperationException($"the budget {root} does not exist");

    /// <summary>How it stands to a workload that it holds for; null if it holds nothing for it.</summary>
    public Holding? Find(WorkloadId id) => _holdings.GetValueOrDefault(id);

    /// <summary>The workloads in <paramref name="state"/> that money is held for, by id after <paramref name="after"/>.</summary>
    public ImmutableArray<WorkloadId> Held(WorkloadState state, WorkloadId? after, int countMax) =>
    [
        .. _holdings.Where(pair => pair.Value.State == state).Select(pair => pair.Key)
            .Where(id => after is not { } last || string.CompareOrdinal(id.ToString(), last.ToString()) > 0)
            .OrderBy(id => id.ToString(), StringComparer.Ordinal).Take(countMax),
    ];

    /// <summary>Creates or changes the budget; no event if nothing would change.</summary>
    /// <exception cref="InvalidRequestException">The definition is not valid.</exception>
    /// <exception cref="ConflictException">The unit or the time zone would change.</exception>
    public BudgetDefined? Define(BudgetDefinition definition, Principal by)
    {
        var plan = BudgetPlan.From(definition);
        if (_plan is { } current)
        {
            if (plan.Unit != current.Unit)
                throw new ConflictException("unit_fixed", $"unit: the budget {root} counts {current.Unit}; make another budget for {plan.Unit}");
            if (plan.Zone.Id != current.Zone.Id)
                throw new ConflictException("time_zone_fixed", $"timeZone: the budget {root} counts days in {current.Zone.Id}; make another budget for {plan.Zone.Id}");
            if (!_archived && ContentHash.Of(definition) == ContentHash.Of(_definition!))
                return null;
        }

        return new BudgetDefined(definition, by);
    }

    /// <summary>Archives the budget; no event if it is archived.</summary>
    /// <exception cref="NotFoundException">There is no such budget.</exception>
    public BudgetArchived? Archive(Principal by)
    {
        if (!Exists)
            throw Missing();
        return _archived ? null : new BudgetArchived(by);
    }

    /// <summary>
    /// Holds the money or refuses. The caller has made sure that the workload is not recorded here.
    /// </summary>
    public WorkloadEvent Reserve(ReserveCommand command, DateTimeOffset now)
    {
        if (!IsActive)
            return Refuse(command, ReasonCodes.BudgetMissing, $"the budget {root} {(_archived ? "is archived" : "does not exist")}; bind the agent to another", root.Value);

        if (!Plan.Scopes.ContainsKey(command.Scope))
        {
            return Refuse(
                command, ReasonCodes.BudgetMissing,
                $"the budget {root} has no scope {command.Scope}; define it, or bind the agent to another", new BudgetPath(root, command.Scope).ToString());
        }

        if (Cost(command.Charge) is not { } amount)
        {
            return Refuse(
                command, ReasonCodes.PriceUnknown,
                command.Charge.PriceFault ?? $"nobody said what this costs in {Unit}", command.Request.Model ?? root.Value);
        }

        Quantity? remaining = null;
        foreach (var scope in command.Scope.FromRoot())
        {
            foreach (var limit in Plan.Scopes[scope])
            {
                var left = limit.Limit - Used(scope, limit.Period, now);
                if (amount > left)
                    return Refuse(command, amount, scope, limit, left);
                remaining = Quantity.Min(remaining ?? left - amount, left - amount);
            }
        }

        var ttl = TimeSpan.FromSeconds(command.Request.TtlSeconds ?? WorkloadRequest.TtlSecondsDefault);
        var expiresAt = EntryText.Truncate(now + ttl);
        if (command.CommitsIn is { } commitsIn)
        {
            return new WorkloadHeld(
                command.Id, command.Request.Agent, command.Hash, commitsIn, command.Scope, amount, remaining, expiresAt, command.Charge.PriceBook);
        }

        var reservation = new Reservation(root, command.Scope, amount, Unit, remaining);
        var decision = new Decision(
            command.Id, DecisionResult.Allowed, null, null, null, [.. command.Held, reservation], expiresAt, command.CheckedAt);
        return new WorkloadReserved(
            command.Id, command.Request, command.Hash, command.Scope, amount, expiresAt, decision, command.Charge.PriceBook);
    }

    /// <summary>
    /// Records what a workload consumed; no event if that is recorded already.
    /// </summary>
    /// <param name="command">What was reported.</param>
    /// <param name="holding">How this budget stands to the workload, from memory or from the ledger.</param>
    /// <exception cref="ConflictException">Other figures are final, or the workload was never admitted.</exception>
    public WorkloadEvent? Settle(SettleCommand command, Holding holding)
    {
        var violation = holding.ReleasedByClient ? ReasonCodes.AccountingInvariantViolation : null;
        var actual = Cost(command.Charge);
        switch (holding.State)
        {
            case WorkloadState.Refused:
                throw new ConflictException(
                    "not_admitted", $"the workload {command.Id} was refused; report what was spent all the same with POST /usage and a new id");

            case WorkloadState.Reconciled:
                return actual is null || actual == holding.Actual
                    ? null
                    : throw new ConflictException(
                        "already_resolved", $"the workload {command.Id} is reconciled with {holding.Actual} {Unit} in {root}, not {actual}");

            case WorkloadState.Unresolved when actual is null:
                return null;
        }

        if (actual is not { } consumed)
        {
            return new WorkloadUnresolved(
                command.Id, holding.Scope, holding.ReservedAt, holding.State, holding.Amount,
                command.Charge.PriceFault ?? "no figures were reported", command.Report, violation);
        }

        return new WorkloadReconciled(
            command.Id, holding.Scope, holding.ReservedAt, holding.State, holding.Amount, consumed, command.Report,
            command.Charge.PriceBook, command.Charge.PriceFallback, violation);
    }

    /// <summary>Gives a hold back; no event if that was done.</summary>
    /// <exception cref="ConflictException">Figures are final.</exception>
    public WorkloadReleased? Release(WorkloadId id, Holding holding, ReleaseCause cause, string reason) => holding.State switch
    {
        WorkloadState.Reconciled => throw new ConflictException(
            "already_resolved", $"the workload {id} is reconciled with {holding.Actual} {Unit} in {root}: what was spent can't be given back"),
        WorkloadState.Released or WorkloadState.Refused => null,
        _ => new WorkloadReleased(id, holding.Scope, holding.ReservedAt, holding.Amount, cause, reason),
    };

    /// <summary>Lets a hold stand longer, and never shorter; no event if it stands long enough.</summary>
    /// <exception cref="ConflictException">It has ended.</exception>
    public WorkloadExtended? Extend(WorkloadId id, Holding holding, int ttlSeconds, DateTimeOffset now)
    {
        if (holding.State != WorkloadState.Open || holding.ExpiresAt <= now)
            throw new ConflictException("already_resolved", $"the workload {id} is {holding.State.ToString().ToLowerInvariant()} in {root}: its hold has ended and can't be extended");

        var expiresAt = EntryText.Truncate(now + TimeSpan.FromSeconds(ttlSeconds));
        return expiresAt > holding.ExpiresAt ? new WorkloadExtended(id, expiresAt) : null;
    }

    /// <summary>Records spend without a reservation.</summary>
    /// <exception cref="InvalidRequestException">Nobody can tell what it is in this budget's unit.</exception>
    public UsageRecorded Record(UsageCommand command) => new(
        command.Id, command.Report, command.Hash, command.Scope,
        Cost(command.Charge) ?? throw new InvalidRequestException(
            "actual", $"says nothing in {Unit}, which the budget {root} counts: {command.Charge.PriceFault ?? "add an amount in it"}"),
        command.CommitsIn, command.CommitsIn is null ? command.Charged : null, command.Charge.PriceBook);

    /// <summary>What has expired and this budget alone can end, at most <paramref name="countMax"/>.</summary>
    public IReadOnlyList<WorkloadEvent> Expire(DateTimeOffset now, int countMax)
    {
        List<WorkloadEvent>? events = null;
        foreach (var (id, holding) in Expired(now).Where(due => due.Holding.CommitsIn is null).Take(countMax))
            (events ??= []).Add(End(id, holding));

        return events ?? (IReadOnlyList<WorkloadEvent>)[];
    }

    /// <summary>What has expired and waits for the word of the budget that decides, at most <paramref name="countMax"/>.</summary>
    public IReadOnlyList<(WorkloadId Id, BudgetRoot CommitsIn)> ExpiredHolds(DateTimeOffset now, int countMax) =>
        [.. Expired(now).Where(due => due.Holding.CommitsIn is not null).Take(countMax).Select(due => (due.Id, due.Holding.CommitsIn!.Value))];

    /// <summary>What ends an expired hold once it is known to be admitted.</summary>
    public WorkloadEvent End(WorkloadId id, Holding holding) => Plan.OnExpiry == ExpiryAction.Release
        ? new WorkloadReleased(id, holding.Scope, holding.ReservedAt, holding.Amount, ReleaseCause.Expired, "nobody reported the end in time")
        : new WorkloadUnresolved(
            id, holding.Scope, holding.ReservedAt, WorkloadState.Open, holding.Amount, WorkloadUnresolved.Expired, null, null);

    /// <summary>A settlement of spend without a reservation.</summary>
    public Settlement Recorded(ScopePath scope, Quantity actual) =>
        new(root, scope, Unit, Quantity.Zero, actual, actual, WorkloadState.Reconciled);

    /// <summary>How a scope stands.</summary>
    /// <exception cref="NotFoundException">There is no such budget or scope.</exception>
    public BudgetView View(ScopePath scope, string? childrenAfter, int childrenMax, DateTimeOffset now)
    {
        if (!Exists)
            throw Missing();
        if (!Plan.Scopes.ContainsKey(scope) && !_usages.ContainsKey(scope))
            throw new NotFoundException("scope_not_found", $"the budget {root} has no scope {scope}");

        var names = Plan.Scopes.Keys.Concat(_usages.Keys).Where(path => path.Parent == scope).Distinct()
            .OrderBy(path => path.Value, StringComparer.Ordinal)
            .Where(path => childrenAfter is null || string.CompareOrdinal(path.Segments[^1], childrenAfter) > 0)
            .Take(childrenMax + 1).ToList();
        var items = names.Take(childrenMax).Select(path => View(path, null, now)).ToImmutableArray();
        return View(scope, new BudgetChildren(items, names.Count > childrenMax ? items[^1].Scope.Segments[^1] : null), now);
    }

    /// <inheritdoc/>
    public void Verify(LedgerEvent content, DateTimeOffset at)
    {
        switch (content)
        {
            case WorkloadReserved reserved:
                VerifyAdmission(reserved.Id, reserved.Scope, reserved.Amount, at);
                break;

            case WorkloadHeld held:
                VerifyAdmission(held.Id, held.Scope, held.Amount, at);
                break;

            case WorkloadReconciled reconciled:
                VerifyHolding(reconciled.Id, reconciled.From, reconciled.Reserved);
                VerifyAmount(reconciled.Id, reconciled.Actual);
                break;

            case WorkloadUnresolved unresolved:
                VerifyHolding(unresolved.Id, unresolved.From, unresolved.Amount);
                Require(unresolved.From != WorkloadState.Unresolved, $"{unresolved.Id}: is unresolved already");
                break;

            case WorkloadReleased released:
                Require(_holdings.TryGetValue(released.Id, out var given) && given.Amount == released.Amount, $"{released.Id}: released, but not held");
                break;

            case WorkloadWithdrawn withdrawn:
                Require(_holdings.TryGetValue(withdrawn.Id, out var taken) && taken.Amount == withdrawn.Amount, $"{withdrawn.Id}: withdrawn, but not held");
                break;

            case WorkloadExtended extended:
                Require(_holdings.TryGetValue(extended.Id, out var open) && open.State == WorkloadState.Open, $"{extended.Id}: extended, but not open");
                break;

            case UsageRecorded usage:
                VerifyAmount(usage.Id, usage.Actual);
                break;
        }
    }

    /// <inheritdoc/>
    public void Apply(LedgerEvent content, DateTimeOffset at)
    {
        if (content.About is { } about && about.MadeAt > NewestId)
            NewestId = about.MadeAt;
        switch (content)
        {
            case BudgetDefined defined:
                SetDefinition(defined.Definition);
                _archived = false;
                break;

            case BudgetArchived:
                _archived = true;
                break;

            case WorkloadReserved reserved:
                Hold(reserved.Id, new Holding(reserved.Scope, at, reserved.Amount, WorkloadState.Open, reserved.ExpiresAt, null));
                break;

            case WorkloadHeld held:
                Hold(held.Id, new Holding(held.Scope, at, held.Amount, WorkloadState.Open, held.ExpiresAt, held.CommitsIn));
                break;

            case WorkloadReconciled reconciled:
                Spend(reconciled);
                break;

            case WorkloadUnresolved unresolved:
                KeepCounted(unresolved);
                break;

            case WorkloadReleased released:
                GiveBack(released.Id);
                break;

            case WorkloadWithdrawn withdrawn:
                GiveBack(withdrawn.Id);
                break;

            case WorkloadExtended extended:
                var longer = _holdings[extended.Id] with { ExpiresAt = extended.ExpiresAt, IsConfirmed = true };
                _holdings[extended.Id] = longer;
                _due.Enqueue(extended.Id, longer.ExpiresAt);
                break;

            case UsageRecorded usage:
                Charge(usage.Scope, at, at, window =>
                {
                    window.Spent += usage.Actual;
                    window.Overrun += usage.Actual;
                });
                break;

            case WorkloadRefused or WorkloadAbandoned:
                break;

            default:
                throw new InvalidDataException($"{content.GetType().Name} is no event of a budget");
        }
    }

    /// <inheritdoc/>
    public byte[] Save() => SnapshotJson.Save(ImageVersion, new BudgetTreeImage(
        _definition,
        _archived,
        [.. _usages.SelectMany(scope => scope.Value.Windows.Select(usage => new BudgetTreeImage.Usage(
            scope.Key, usage.Window.Period, usage.Window.Start, usage.Window.End,
            usage.Spent, usage.Reserved, usage.Unresolved, usage.Overrun)))],
        [.. _holdings.Select(pair => new BudgetTreeImage.Held(pair.Key, pair.Value))],
        NewestId));

    /// <inheritdoc/>
    public void Restore(ReadOnlySpan<byte> bytes)
    {
        var image = SnapshotJson.Restore<BudgetTreeImage>(ImageVersion, bytes);
        if (image.Definition is { } definition)
            SetDefinition(definition);
        _archived = image.Archived;
        NewestId = image.NewestId;
        foreach (var usage in image.Usages)
        {
            UsageOf(usage.Scope).Restore(
                new BudgetWindow(usage.Period, usage.Start, usage.End), usage.Spent, usage.Reserved, usage.Unresolved, usage.Overrun);
        }

        foreach (var held in image.Holdings)
        {
            _holdings.Add(held.Id, held.Holding);
            if (held.Holding.State == WorkloadState.Open)
                _due.Enqueue(held.Id, held.Holding.ExpiresAt);
        }
    }

    /// <summary>What earlier budgets recorded for a workload that is refused here: it is given back, but it was reserved.</summary>
    private static ImmutableArray<Reservation> Held(ReserveCommand command) => command.Held.IsDefault ? [] : command.Held;

    private static WorkloadRefused Refuse(ReserveCommand command, string code, string reason, string determinedBy) => new(
        command.Id, command.Request, command.Hash,
        new Decision(command.Id, DecisionResult.Blocked, code, reason, determinedBy, Held(command), null, command.CheckedAt));

    private WorkloadRefused Refuse(ReserveCommand command, Quantity amount, ScopePath scope, BudgetLimit limit, Quantity left)
    {
        var path = new BudgetPath(root, scope);
        var window = limit.Period == BudgetPeriod.None ? "" : $" a {limit.Period.ToString().ToLowerInvariant()}";
        var exhausted = left <= Quantity.Zero;
        return Refuse(
            command,
            exhausted ? ReasonCodes.BudgetExceeded : ReasonCodes.BudgetReservationFailed,
            exhausted
                ? $"nothing is left of the {limit.Limit} {Unit}{window} of {path}: wait for its next window or raise the limit"
                : $"{amount} {Unit} do not fit the {left} {Unit} left of the {limit.Limit}{window} of {path}: ask for less or raise the limit",
            $"{path} limit {limit.Limit} {Unit}{window}");
    }

    private Quantity? Cost(Charge charge)
    {
        if (charge.Amount is { } amount)
            return amount;

        return _plan?.DefaultPrice is { } price && charge is { InputTokens: { } input, OutputTokens: { } output }
            ? price.Price(input, output)
            : null;
    }

    private IEnumerable<(WorkloadId Id, Holding Holding)> Expired(DateTimeOffset now)
    {
        if (NextDue is not { } first || first > now)
            yield break;

        // Ended holds leave the queue when NextDue meets them, so a look at the whole queue is rare and short.
        var seen = new HashSet<WorkloadId>();
        foreach (var (id, at) in _due.UnorderedItems)
        {
            if (at <= now && _holdings.TryGetValue(id, out var holding)
                && holding.State == WorkloadState.Open && holding.ExpiresAt <= now && seen.Add(id))
                yield return (id, holding);
        }
    }

    private void SetDefinition(BudgetDefinition definition)
    {
        _plan = BudgetPlan.From(definition);
        _definition = definition;
        _calendar = new WindowCalendar(_plan.Zone);
        _running.Clear();
    }

    private BudgetWindow Window(BudgetPeriod period, DateTimeOffset instant)
    {
        if (_running.TryGetValue(period, out var running) && running.Contains(instant))
            return running;

        var window = _calendar.At(period, instant);
        if (running.Start is null || window.Start > running.Start)
            _running[period] = window;
        return window;
    }

    private Quantity Used(ScopePath scope, BudgetPeriod period, DateTimeOffset now) =>
        _usages.TryGetValue(scope, out var usage) && usage.Find(Window(period, now)) is { } window ? window.Used : Quantity.Zero;

    private ScopeUsage UsageOf(ScopePath scope)
    {
        if (!_usages.TryGetValue(scope, out var usage))
            _usages.Add(scope, usage = new ScopeUsage());
        return usage;
    }

    private void Hold(WorkloadId id, Holding holding)
    {
        _holdings.Add(id, holding);
        _due.Enqueue(id, holding.ExpiresAt);
        Charge(holding.Scope, holding.ReservedAt, holding.ReservedAt, window => window.Reserved += holding.Amount);
    }

    private void Spend(WorkloadReconciled reconciled)
    {
        // Money that was given back may be held by others since: no admission covers any of this actual.
        _holdings.Remove(reconciled.Id, out var holding);
        var held = holding?.Amount ?? Quantity.Zero;
        var covered = holding is { WasGivenBack: false } ? held : Quantity.Zero;
        var overrun = Quantity.Max(reconciled.Actual - covered, Quantity.Zero);
        Charge(reconciled.Scope, reconciled.ReservedAt, null, window =>
        {
            if (reconciled.From == WorkloadState.Open)
                window.Reserved -= held;
            else if (reconciled.From == WorkloadState.Unresolved)
                window.Unresolved -= held;
            window.Spent += reconciled.Actual;
            window.Overrun += overrun;
        });
    }

    private void KeepCounted(WorkloadUnresolved unresolved)
    {
        var held = _holdings.GetValueOrDefault(unresolved.Id);
        _holdings[unresolved.Id] = held is null
            ? new Holding(
                unresolved.Scope, unresolved.ReservedAt, unresolved.Amount, WorkloadState.Unresolved, unresolved.ReservedAt, null,
                ReleasedByClient: unresolved.Violation is not null, WasGivenBack: true)
            : held with { State = WorkloadState.Unresolved };
        Charge(unresolved.Scope, unresolved.ReservedAt, null, window =>
        {
            if (held is not null)
                window.Reserved -= unresolved.Amount;
            window.Unresolved += unresolved.Amount;
        });
    }

    private void GiveBack(WorkloadId id)
    {
        _holdings.Remove(id, out var holding);
        Charge(holding!.Scope, holding.ReservedAt, null, window =>
        {
            if (holding.State == WorkloadState.Open)
                window.Reserved -= holding.Amount;
            else
                window.Unresolved -= holding.Amount;
        });
    }

    /// <summary>
    /// Changes the windows that <paramref name="instant"/> lies in, of the scope and of all above it. A past window in
    /// which nothing is held has left memory and stays out of it: no limit can look at it again.
    /// </summary>
    private void Charge(ScopePath scope, DateTimeOffset instant, DateTimeOffset? running, Action<WindowUsage> change)
    {
        foreach (var path in scope.FromRoot())
        {
            var usage = UsageOf(path);
            foreach (var period in WindowCalendar.Periods)
            {
                var window = Window(period, instant);
                var charged = running is null ? usage.Find(window) : usage.Running(window);
                if (charged is null)
                    continue;

                change(charged);
                Require(
                    !charged.Reserved.IsNegative && !charged.Unresolved.IsNegative && !charged.Spent.IsNegative,
                    $"{new BudgetPath(root, path)}: spent {charged.Spent}, reserved {charged.Reserved}, unresolved {charged.Unresolved}");
            }
        }
    }

    private BudgetView View(ScopePath scope, BudgetChildren? children, DateTimeOffset now)
    {
        var limits = Plan.Scopes.GetValueOrDefault(scope) is { IsDefaultOrEmpty: false } defined
            ? defined
            : [];
        var rows = limits.IsEmpty
            ? [View(scope, null, BudgetPeriod.None, now)]
            : limits.Select(limit => View(scope, limit.Limit, limit.Period, now)).ToImmutableArray();
        return new BudgetView(root, scope, Unit, _archived ? BudgetState.Archived : BudgetState.Active, Plan.Zone.Id, rows, children);
    }

    private BudgetLimitView View(ScopePath scope, Quantity? limit, BudgetPeriod period, DateTimeOffset now)
    {
        var window = Window(period, now);
        var usage = _usages.GetValueOrDefault(scope)?.Find(window) ?? new WindowUsage(window);
        return new BudgetLimitView(
            limit, period, usage.Spent, usage.Reserved, usage.Unresolved, usage.Overrun, limit - usage.Used, window.Start, window.End);
    }

    private void VerifyAdmission(WorkloadId id, ScopePath scope, Quantity amount, DateTimeOffset at)
    {
        VerifyAmount(id, amount);
        Require(IsActive, $"{id}: admitted to {root}, which takes no new work");
        Require(!_holdings.ContainsKey(id), $"{id}: reserved twice in {root}");
        foreach (var path in scope.FromRoot())
        {
            if (!Plan.Scopes.TryGetValue(path, out var limits))
                throw new InvariantViolationException($"{id}: admitted to {new BudgetPath(root, path)}, which does not exist");

            foreach (var limit in limits)
            {
                var used = Used(path, limit.Period, at);
                Require(
                    used + amount <= limit.Limit,
                    $"{id}: admitted {amount} to {new BudgetPath(root, path)}, which has used {used} of {limit.Limit}");
            }
        }
    }

    private static void VerifyAmount(WorkloadId id, Quantity amount) =>
        Require(!amount.IsNegative && amount < Quantity.Bound, $"{id}: an amount of {amount}");

    private void VerifyHolding(WorkloadId id, WorkloadState from, Quantity amount)
    {
        var held = _holdings.GetValueOrDefault(id);
        Require(
            held is null ? from is WorkloadState.Released or WorkloadState.Refused : held.State == from && held.Amount == amount,
            $"{id}: settled as {from} {amount}, but it is {held?.State.ToString() ?? "not held"} {held?.Amount}");
    }

    private NotFoundException Missing() => new("budget_not_found", $"there is no budget {root}");

    private static void Require(bool condition, string broken)
    {
        if (!condition)
            throw new InvariantViolationException(broken);
    }
}
