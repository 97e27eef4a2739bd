using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// A budget: a tree of scopes with limits, and what is spent and held in each. It decides which event follows a
/// command, without clock and without I/O; folding the events is the only thing that changes what it counts.
/// </summary>
/// <param name="root">The budget's name.</param>
/// <param name="options">Bounds; the defaults if absent.</param>
public sealed partial class BudgetTree(BudgetRoot root, BudgetTreeOptions? options = null) : ILedgeredState
{
    private readonly BudgetTreeOptions _options = options ?? new BudgetTreeOptions();
    private readonly UsageTree _usage = new(root);
    private readonly HoldingBook _holdings = new((options ?? new BudgetTreeOptions()).UnresolvedInMemoryMax);
    private readonly SortedDictionary<ScopePath, string> _frozen = new(Comparer<ScopePath>.Create((left, right) => string.CompareOrdinal(left.Value, right.Value)));
    private readonly Adjustments _adjustments = new();
    private readonly ModelHistory _history = new();
    private readonly HashSet<ScopeNode> _consumed = [];
    private readonly SpendLinks _links = new();
    private DefaultPrices _defaultPrices = DefaultPrices.None;
    private BudgetPlan? _plan;
    private DateTimeOffset _appliedAt;
    private bool _archived;

    /// <summary>Whether it was ever defined.</summary>
    public bool Exists => _plan is not null;

    /// <summary>Whether it takes new work.</summary>
    public bool IsActive => Exists && !_archived;

    /// <summary>What is needed to work out a charge; null if it does not exist.</summary>
    public BudgetHeader? Header => Exists ? new BudgetHeader(Plan.Unit, Plan.DefaultPrice) : null;

    /// <summary>The definition as it was last put; null if it was never defined.</summary>
    public BudgetDefinition? Definition => _plan?.Definition;

    /// <summary>
    /// When the newest workload id that it was ever told of was made, by the client's clock, which may run ahead: a
    /// younger id is new here.
    /// </summary>
    public DateTimeOffset NewestId { get; private set; }

    /// <summary>What it counts.</summary>
    /// <exception cref="InvalidOperationException">It does not exist.</exception>
    public Unit Unit => Plan.Unit;

    /// <summary>When the next open hold ends; null if none is open.</summary>
    public DateTimeOffset? NextDue => _holdings.NextDue;

    /// <summary>When time alone changes something next: a hold ends, or a raise. Null for never.</summary>
    public DateTimeOffset? NextChange => (NextDue, _adjustments.NextEnd) switch
    {
        ({ } due, { } end) => due < end ? due : end,
        var (due, end) => due ?? end,
    };

    /// <summary>When the next open hold ends that no other budget has a say in; null if none is open.</summary>
    public DateTimeOffset? NextOwnDue => _holdings.NextOwnDue;

    /// <summary>Whether unresolved workloads count of which only the ledger knows.</summary>
    public bool HasForgottenUnresolved => _holdings.HasForgotten;

    /// <inheritdoc/>
    public int Weight => _holdings.Count + _usage.Count + _adjustments.Count + _links.Count;

    private BudgetPlan Plan => _plan ?? throw new InvalidOperationException($"the budget {root} does not exist");

    /// <summary>How it stands to a workload that it remembers holding for; null if it does not.</summary>
    public Holding? Find(WorkloadId id) => _holdings.Find(id);

    /// <summary>The workloads in <paramref name="state"/> that it remembers holding for, by id after <paramref name="after"/>.</summary>
    public ImmutableArray<WorkloadId> Held(WorkloadState state, WorkloadId? after, int countMax) => _holdings.List(state, after, countMax);

    /// <summary>The calendars that it counted by, oldest first.</summary>
    public ImmutableArray<CalendarChange> Calendar() => _usage.Calendar.Changes;

    /// <summary>Creates or changes the budget; no event if nothing would change.</summary>
    /// <exception cref="InvalidRequestException">The definition is not valid.</exception>
    /// <exception cref="ConflictException">The unit would change, or a delegation sets its limits.</exception>
    public BudgetDefined? Define(BudgetDefinition definition, Principal by)
    {
        RequireOperators();
        var plan = BudgetPlan.From(definition);
        if (_plan is { } current)
        {
            if (plan.Unit != current.Unit)
                throw new ConflictException("unit_fixed", $"unit: the budget {root} counts {current.Unit}; make another budget for {plan.Unit}");
            if (!_archived && ContentHash.Of(definition) == ContentHash.Of(current.Definition))
                return null;
        }

        return new BudgetDefined(definition, by);
    }

    /// <summary>Archives the budget; no event if it is archived.</summary>
    /// <exception cref="NotFoundException">There is no such budget.</exception>
    /// <exception cref="ConflictException">A delegation made it.</exception>
    public BudgetArchived? Archive(Principal by)
    {
        RequireOperators();
        RequireExists();
        return _archived ? null : new BudgetArchived(by);
    }

    /// <summary>Credits, debits or raises; no event if that was done under the same id.</summary>
    /// <exception cref="InvalidRequestException">A field is not valid.</exception>
    /// <exception cref="NotFoundException">There is no such budget or scope.</exception>
    /// <exception cref="ConflictException">The id stands for something else, there are too many, or a delegation sets its limits.</exception>
    public BudgetAdjusted? Adjust(AdjustCommand command, Principal by, DateTimeOffset now)
    {
        RequireOperators();
        RequireExists();
        if (command.Id is null)
            throw new InvalidRequestException("id", $"is required, the idempotency key: {NameSyntax.Rule}");
        WorkloadRequestRules.RequireText(command.Reason, "reason");
        var adjusted = new BudgetAdjusted(
            command.Id, command.Scope ?? ScopePath.Root, command.Amount, command.Until is { } end ? EntryText.Truncate(end) : null, command.Period, command.Reason, by);
        if (IsDone(command.Id, Adjustments.HashOf(adjusted)))
            return null;
        if (command.Amount >= Quantity.Bound || command.Amount <= Quantity.Zero - Quantity.Bound)
            throw new InvalidRequestException("amount", "must be less than 1e18");
        RequireScope(adjusted.Scope, now);
        if (adjusted.Until is not { } until)
        {
            if (command.Amount.IsZero)
                throw new InvalidRequestException("amount", "must not be 0: positive is a credit, negative a debit");
            if (command.Period is not null)
                throw new InvalidRequestException("period", "names the limit that is raised, and needs until; a credit or debit counts in every window");
            if (adjusted.Scope.IsOnDemand && CountNew([adjusted.Scope], now) > 0 && _usage.CountLive(now) >= Plan.OnDemandScopesMax)
                throw new ConflictException("scopes_exhausted", $"the budget {root} has {Plan.OnDemandScopesMax} scopes on demand, which is the most that it may have: raise maxScopes");
            return adjusted;
        }

        if (command.Amount <= Quantity.Zero)
            throw new InvalidRequestException("amount", "must be more than 0: with until it is by how much the limit is raised; to lower a limit, change the budget");
        if (until <= now)
            throw new InvalidRequestException("until", "must be in the future");
        if (command.Period is { } period && !Enum.IsDefined(period))
            throw new InvalidRequestException("period", "must be none, hour, day, week, month, quarter or year");
        var terms = TermsOf(adjusted.Scope) ?? [];
        if (!terms.Any(term => !term.IsOver(now) && (command.Period is null || command.Period == term.Period)))
            throw new InvalidRequestException(command.Period is null ? "scope" : "period", $"{new BudgetPath(root, adjusted.Scope)} has no such limit to raise");
        return adjusted;
    }

    /// <summary>Stops reservations of a scope and of all below; no event if they are, or if that was done under the same id.</summary>
    /// <exception cref="NotFoundException">There is no such budget or scope.</exception>
    /// <exception cref="ConflictException">The id stands for something else, or there are too many.</exception>
    public BudgetFrozen? Freeze(ScopePath scope, string reason, Principal by, DateTimeOffset now, string? id = null)
    {
        RequireExists();
        WorkloadRequestRules.RequireText(reason, "reason");
        var frozen = new BudgetFrozen(scope, reason, by, id);
        if (IsDone(id, Adjustments.HashOf(frozen)))
            return null;
        RequireScope(scope, now);
        return _frozen.ContainsKey(scope) ? null : frozen;
    }

    /// <summary>Lets a frozen scope go on; no event if it is not frozen itself, or if that was done under the same id.</summary>
    /// <exception cref="NotFoundException">There is no such budget or scope.</exception>
    /// <exception cref="ConflictException">The id stands for something else, or there are too many.</exception>
    public BudgetUnfrozen? Unfreeze(ScopePath scope, string reason, Principal by, DateTimeOffset now, string? id = null)
    {
        RequireExists();
        WorkloadRequestRules.RequireText(reason, "reason");
        var unfrozen = new BudgetUnfrozen(scope, reason, by, id);
        if (IsDone(id, Adjustments.HashOf(unfrozen)))
            return null;
        if (_frozen.ContainsKey(scope))
            return unfrozen;
        RequireScope(scope, now);
        return null;
    }

    /// <summary>Whether what <paramref name="id"/> stands for is done already; false for no id.</summary>
    /// <exception cref="InvalidRequestException">It is not a name.</exception>
    /// <exception cref="ConflictException">The id stands for something else, or there are too many.</exception>
    public bool IsDone(string? id, ContentHash hash)
    {
        if (id is null)
            return false;
        if (!NameSyntax.IsValid(id))
            throw new InvalidRequestException("id", $"is an idempotency key: {NameSyntax.Rule}");
        if (_adjustments.Find(id) is { } known)
        {
            return known == hash
                ? true
                : throw new ConflictException("idempotency_conflict", $"id: {id} stands for something else that was done by hand; a new act needs a new id");
        }

        return _adjustments.Count < _options.AdjustmentsMax
            ? false
            : throw new ConflictException("adjustments_exhausted", $"the budget {root} was corrected by hand {_options.AdjustmentsMax} times: that is the most; make a new budget");
    }

    /// <summary>What was crossed for the first time in its window since this was last asked, to be recorded at once.</summary>
    public IReadOnlyList<BudgetAlerted> TakeAlerts(DateTimeOffset now)
    {
        // A raise that has ended may leave its limit crossed by what was consumed before.
        foreach (var scope in _adjustments.TakeEnded(now))
        {
            if (!Plan.Alerts.IsEmpty && _usage.Find(scope) is { } node)
                _consumed.Add(node);
        }

        if (_consumed.Count == 0)
            return [];

        List<BudgetAlerted>? alerts = null;
        foreach (var node in Plan.Alerts.IsEmpty ? [] : _consumed)
        {
            if (_usage.HasLapsed(node, now))
                continue;

            var path = node.Path;
            foreach (var term in TermsOf(path) ?? [])
            {
                if (!term.IsInForce(now) || !_usage.Counts(node, term.Period, now))
                    continue;

                var limit = term.Limit + _adjustments.Raised(path, term.Period, now);
                var consumed = node.Spent[(int)term.Period] + node.Unresolved(term.Period);
                var start = _usage.Window(term.Period, now).Start;
                foreach (var threshold in Plan.Alerts)
                {
                    if (limit > Quantity.Zero && consumed > Quantity.Zero && consumed.Pico >= PercentOf(limit, threshold, up: true)
                        && threshold > LastAlert(node, term.Period, start))
                        (alerts ??= []).Add(new BudgetAlerted(path, term.Period, start, threshold, consumed, limit));
                }
            }
        }

        _consumed.Clear();
        return alerts ?? (IReadOnlyList<BudgetAlerted>)[];
    }

    private static int LastAlert(ScopeNode node, BudgetPeriod period, DateTimeOffset? start)
    {
        foreach (var mark in node.Alerts ?? [])
        {
            if (mark.Period == period && mark.WindowStart == start)
                return mark.Threshold;
        }

        return 0;
    }

    /// <summary>So many percent of <paramref name="limit"/> in 1e-12, rounded to the side that keeps a comparison with whole numbers exact.</summary>
    private static Int128 PercentOf(Quantity limit, int percent, bool up)
    {
        var (pico, rest) = Int128.DivRem(checked(limit.Pico * percent), 100);
        return up && rest != 0 ? pico + 1 : pico;
    }

    private void RequireOperators()
    {
        if (root.IsOfDelegation)
        {
            throw new ConflictException(
                "budget_of_delegation",
                $"{root} counts what is spent on the delegation {root.Value[1..]} and has the limits of its chains: change or revoke a delegation instead, or freeze {root}");
        }
    }

    private void RequireExists()
    {
        if (!Exists)
            throw Missing();
    }

    /// <summary>Does nothing if there is a scope at <paramref name="scope"/>.</summary>
    /// <exception cref="NotFoundException">Nothing makes this scope, and nothing was ever counted in it.</exception>
    public void RequireScope(ScopePath scope, DateTimeOffset now)
    {
        if (!IsKnown(scope, now))
            throw new NotFoundException("scope_not_found", $"the budget {root} has no scope {scope}");
    }

    /// <summary>The terms of a scope, named or on demand; null if nothing makes such a scope.</summary>
    private ImmutableArray<LimitTerm>? TermsOf(ScopePath path) =>
        root.IsOfDelegation && path.IsOnDemand ? _links.RuleOf(path)?.Limits : Plan.TermsOf(path);

    private bool IsKnown(ScopePath scope, DateTimeOffset now) =>
        TermsOf(scope) is not null || _usage.Find(scope) is { } node && !_usage.HasLapsed(node, now);

    private NotFoundException Missing() => new("budget_not_found", $"there is no budget {root}");

    private static void Require(bool condition, string broken)
    {
        if (!condition)
            throw new InvariantViolationException(broken);
    }
}
