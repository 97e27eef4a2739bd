using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

// What must not follow, what each event does, and the state as bytes.
public sealed partial class BudgetTree
{
    private const int ImageVersion = 5;

    /// <inheritdoc/>
    public void Verify(LedgerEvent content, DateTimeOffset at)
    {
        switch (content)
        {
            case WorkloadReserved reserved:
                var used = reserved.Approval is { } approval ? OpenHoldOf(approval, at) : null;
                Require(reserved.Approval is null || used is not null, $"{reserved.Id}: admitted on {reserved.Approval}, which holds nothing");
                VerifyAdmission(reserved.Id, reserved.Scope, reserved.OnDemand, reserved.Amount, reserved.WorstCase, used, at);
                break;

            case WorkloadHeld held:
                VerifyAdmission(
                    held.Id, held.Scope, held.OnDemand, held.Amount, held.WorstCase, held.Approval is { } named ? OpenHoldOf(named, at) : null, at);
                break;

            case ApprovalHeld waiting:
                VerifyAdmission(waiting.Id, waiting.Scope, waiting.OnDemand, waiting.Amount, waiting.WorstCase, null, at);
                Require(at < waiting.ExpiresAt, $"{waiting.Id}: is held for an approval that ended at {waiting.ExpiresAt:O}");
                break;

            case ApprovalReleased ended:
                Require(
                    _holdings.Find(ended.Id) is { IsForApproval: true } pending && pending.Amount == ended.Amount, $"{ended.Id}: released, but no approval waits on it");
                VerifyFreed(ended.Scope, ended.OnDemand, ended.HeldAt, at, Freed(WorkloadState.Open, ended.Amount));
                break;

            case BudgetLinkLimited limited:
                Require(Exists && root.IsOfDelegation, $"{new BudgetPath(root, ScopePath.Root)}: the delegation {limited.Delegation} has no tree here");
                Require(_links.IsNews(LinkOf(limited)), $"{root}: the delegation {limited.Delegation} is limited by version {limited.Version} already");
                Require(!limited.Limit.IsNegative && limited.Limit < Quantity.Bound, $"{root}: a limit of {limited.Limit}");
                break;

            case WorkloadReconciled reconciled:
                VerifyHolding(reconciled.Id, reconciled.From, reconciled.Reserved);
                VerifyAmount(reconciled.Id, reconciled.Actual);
                VerifyFreed(reconciled.Scope, reconciled.OnDemand, reconciled.ReservedAt, at, Freed(reconciled.From, reconciled.Reserved));
                Require(
                    !(reconciled.Overrun > reconciled.Actual) && !(reconciled.Overrun < reconciled.Actual - reconciled.Reserved),
                    $"{reconciled.Id}: an overrun of {reconciled.Overrun} of {reconciled.Actual}");
                break;

            case WorkloadUnresolved unresolved:
                VerifyHolding(unresolved.Id, unresolved.From, unresolved.Amount);
                Require(unresolved.From != WorkloadState.Unresolved, $"{unresolved.Id}: is unresolved already");
                VerifyFreed(unresolved.Scope, unresolved.OnDemand, unresolved.ReservedAt, at, Freed(unresolved.From, unresolved.Amount));
                break;

            case WorkloadReleased released:
                Require(
                    _holdings.Find(released.Id) is { IsForApproval: false } given
                        ? given.Amount == released.Amount && (released.From is null || released.From == given.State)
                        : released.From == WorkloadState.Unresolved && _holdings.HasForgotten,
                    $"{released.Id}: released, but not held");
                VerifyFreed(
                    released.Scope, released.OnDemand, released.ReservedAt, at,
                    Freed(released.From ?? _holdings.Find(released.Id)!.State, released.Amount));
                VerifyComeback(released.Id, released.Approval);
                break;

            case WorkloadWithdrawn withdrawn:
                Require(_holdings.Find(withdrawn.Id) is { IsForApproval: false } taken && taken.Amount == withdrawn.Amount, $"{withdrawn.Id}: withdrawn, but not held");
                VerifyComeback(withdrawn.Id, withdrawn.Approval);
                break;

            case WorkloadExtended extended:
                Require(_holdings.Find(extended.Id) is { State: WorkloadState.Open, IsForApproval: false }, $"{extended.Id}: extended, but not open");
                break;

            case UsageRecorded usage:
                VerifyAmount(usage.Id, usage.Actual);
                Require(!(usage.ChargedAt > at), $"{usage.Id}: charged to a window that has not begun");
                break;

            case BudgetAdjusted adjusted:
                Require(Exists && _adjustments.Find(adjusted.AdjustmentId) is null, $"{root}: the adjustment {adjusted.AdjustmentId} is made twice");
                break;

            case BudgetWrittenOff written:
                Require(Exists && _adjustments.Find(written.WriteOffId) is null, $"{root}: the write-off {written.WriteOffId} is made twice");
                break;

            case BudgetFrozen frozen:
                Require(Exists && !_frozen.ContainsKey(frozen.Scope), $"{new BudgetPath(root, frozen.Scope)}: is frozen already");
                break;

            case BudgetUnfrozen unfrozen:
                Require(_frozen.ContainsKey(unfrozen.Scope), $"{new BudgetPath(root, unfrozen.Scope)}: is not frozen");
                break;

            case BudgetAlerted alerted:
                Require(
                    _usage.Find(alerted.Scope) is { } node && LastAlert(node, alerted.Period, alerted.WindowStart) < alerted.Threshold,
                    $"{new BudgetPath(root, alerted.Scope)}: alerted of {alerted.Threshold} percent twice");
                break;
        }
    }

    /// <inheritdoc/>
    public void Apply(LedgerEvent content, DateTimeOffset at)
    {
        if (content.About is { } about && about.MadeAt > NewestId)
            NewestId = about.MadeAt;
        _appliedAt = at;
        if (_plan is { } plan)
            _usage.Sweep(at, plan.OnDemandKeptMax);
        switch (content)
        {
            case BudgetDefined defined:
                Define(defined.Definition, at);
                break;

            case BudgetArchived:
                _archived = true;
                break;

            case BudgetFrozen frozen:
                _frozen[frozen.Scope] = frozen.Reason;
                _adjustments.Add(frozen.Id, Adjustments.HashOf(frozen));
                break;

            case BudgetUnfrozen unfrozen:
                _frozen.Remove(unfrozen.Scope);
                _adjustments.Add(unfrozen.Id, Adjustments.HashOf(unfrozen));
                break;

            case BudgetAdjusted adjusted:
                _adjustments.Add(adjusted, at);
                if (adjusted.Until is null)
                    Charge(adjusted.Scope, null, at, at, begins: true, new UsageChange(Spent: Quantity.Zero - adjusted.Amount));
                break;

            case BudgetWrittenOff written:
                _adjustments.Add(written.WriteOffId, written.Hash);
                break;

            case BudgetAlerted alerted:
                Mark(alerted);
                break;

            case BudgetLinkLimited limited:
                Limit(LinkOf(limited), at);
                break;

            case WorkloadReserved reserved:
                var estimated = reserved.WorstCase is not null;
                Hold(reserved.Id, new Holding(
                    Known(reserved.Scope), at, reserved.Amount, WorkloadState.Open, reserved.ExpiresAt, null, OnDemand: Known(reserved.OnDemand),
                    Model: estimated ? _history.Key(reserved.Request.Provider, reserved.Request.Model) : null, WorstCase: reserved.WorstCase,
                    For: new HeldFor(reserved.Request.Agent, reserved.Decision.Chain is { IsDefaultOrEmpty: false } chain ? chain[^1] : null),
                    Taken: Take(reserved.Approval, at)));
                break;

            case WorkloadHeld held:
                Hold(held.Id, new Holding(
                    Known(held.Scope), at, held.Amount, WorkloadState.Open, held.ExpiresAt, held.CommitsIn, OnDemand: Known(held.OnDemand),
                    Model: held.WorstCase is null ? null : _history.Key(held.Attributes?.Provider, held.Attributes?.Model), WorstCase: held.WorstCase,
                    For: new HeldFor(held.Agent, held.Delegation), Taken: Take(held.Approval, at)));
                break;

            case ApprovalHeld waiting:
                Hold(waiting.Id, new Holding(
                    Known(waiting.Scope), at, waiting.Amount, WorkloadState.Open, waiting.ExpiresAt, null, OnDemand: Known(waiting.OnDemand), IsForApproval: true));
                break;

            case ApprovalReleased ended:
                GiveBack(ended.Id, ended.Scope, ended.OnDemand, ended.HeldAt, ended.Amount, null, at);
                break;

            case WorkloadReconciled reconciled:
                Spend(reconciled, at);
                break;

            case WorkloadUnresolved unresolved:
                KeepCounted(unresolved, at);
                break;

            case WorkloadReleased released:
                var given = GiveBack(released.Id, released.Scope, released.OnDemand, released.ReservedAt, released.Amount, released.From, at);
                End(given, comesBack: released.Approval is not null, wasAdmitted: released.Cause != ReleaseCause.Refused, at);
                break;

            case WorkloadWithdrawn withdrawn:
                var taken = GiveBack(withdrawn.Id, withdrawn.Scope, null, withdrawn.ReservedAt, withdrawn.Amount, null, at);
                End(taken, comesBack: withdrawn.Approval is not null, wasAdmitted: false, at);
                break;

            case WorkloadExtended extended:
                _holdings.Set(extended.Id, _holdings.Find(extended.Id)! with { ExpiresAt = extended.ExpiresAt, IsConfirmed = true });
                break;

            case UsageRecorded usage:
                Charge(usage.Scope, usage.OnDemand, usage.ChargedAt ?? at, at, begins: true, new UsageChange(Spent: usage.Actual, Overrun: usage.Actual));
                break;

            case WorkloadRefused or WorkloadAbandoned:
                break;

            default:
                throw new InvalidDataException($"{content.GetType().Name} is no event of a budget");
        }
    }

    /// <inheritdoc/>
    public byte[] Save() => SnapshotJson.Save(ImageVersion, new BudgetTreeImage(
        Definition,
        _archived,
        _usage.Calendar.Changes,
        [.. _plan is null ? [] : Changing(_plan)],
        [.. _usage.All().Where(node => node.ChargedAt != 0).Select(Save)],
        [.. _holdings.InOrder().Select(held => new BudgetTreeImage.Held(held.Id, held.Holding))],
        _holdings.Forgotten,
        _defaultPrices,
        _appliedAt,
        _plan is null ? [] : _usage.Starts(_appliedAt),
        [.. _frozen.Select(pair => new BudgetTreeImage.Frozen(pair.Key, pair.Value))],
        _adjustments.Save(),
        _history.Save(),
        NewestId,
        _consumed.Count == 0 ? null : [.. _consumed.Select(node => node.Path)],
        _links.Count == 0 ? null : [.. _links.All]));

    /// <inheritdoc/>
    public void Restore(ReadOnlySpan<byte> bytes)
    {
        var image = SnapshotJson.Restore<BudgetTreeImage>(ImageVersion, bytes);
        _archived = image.Archived;
        NewestId = image.NewestId;
        _usage.SetCalendar(CalendarHistory.From(image.Calendars));
        if (image.Definition is { } definition)
        {
            // The sums are of windows that today's rules may cut elsewhere: folded anew, they are all of one cut.
            if (!_usage.Starts(image.AppliedAt).SequenceEqual(image.Starts))
                throw new InvalidDataException("the rules of the time zone have changed since it was taken");

            var changing = image.Changing.ToDictionary(terms => (terms.Scope, terms.Attribute), terms => terms.Limits);
            _plan = BudgetPlan.Of(definition).With((path, attribute, terms) => changing.GetValueOrDefault((path, attribute), terms));
        }

        foreach (var link in image.Links ?? [])
            _links.Set(link);
        foreach (var usage in image.Usages)
            Restore(usage);
        foreach (var frozen in image.FrozenScopes)
            _frozen.Add(frozen.Scope, frozen.Reason);
        _adjustments.Restore(image.Adjusted);
        _history.Restore(image.Models);
        foreach (var held in image.Holdings)
            _holdings.Set(held.Id, held.Holding with { Scope = Known(held.Holding.Scope), OnDemand = Known(held.Holding.OnDemand) });
        _holdings.Forgotten += image.Forgotten;
        _defaultPrices = image.DefaultPrices;
        _appliedAt = image.AppliedAt;
        foreach (var path in image.Consumed ?? [])
        {
            if (_usage.Find(path) is { } node)
                _consumed.Add(node);
        }
    }

    private static IEnumerable<BudgetTreeImage.Terms> Changing(BudgetPlan plan)
    {
        foreach (var scope in plan.Scopes.Values)
        {
            if (scope.Limits.Any(IsChanging))
                yield return new BudgetTreeImage.Terms(scope.Path, null, scope.Limits);
            foreach (var rule in scope.Rules)
            {
                if (rule.Limits.Any(IsChanging))
                    yield return new BudgetTreeImage.Terms(scope.Path, rule.Attribute, rule.Limits);
            }
        }

        static bool IsChanging(LimitTerm term) => term.From is not null || term.Until is not null;
    }

    private static BudgetTreeImage.Usage Save(ScopeNode node) => new(
        node.Path, node.ChargedAt, [.. node.Spent],
        node.Held is null ? null : [.. node.Held.Reserved], node.Held?.Unresolved is null ? null : [.. node.Held.Unresolved.Sums],
        node.Overrun is null ? null : [.. node.Overrun.Sums], node.Alerts is null ? null : [.. node.Alerts],
        (node as OnDemandNode)?.BeganAt, (node as OnDemandNode)?.Limited);

    private void Restore(BudgetTreeImage.Usage usage)
    {
        var node = _usage.Restore(usage.Scope);
        node.ChargedAt = usage.ChargedAt;
        usage.Spent.AsSpan().CopyTo(node.Spent);
        if (usage.Reserved is { } reserved)
        {
            node.Held = new HeldSums();
            reserved.AsSpan().CopyTo(node.Held.Reserved);
            if (usage.Unresolved is { } unresolved)
            {
                node.Held.Unresolved = new PeriodSums();
                unresolved.AsSpan().CopyTo(node.Held.Unresolved.Sums);
            }
        }

        if (usage.Overrun is { } overrun)
        {
            node.Overrun = new PeriodSums();
            overrun.AsSpan().CopyTo(node.Overrun.Sums);
        }

        node.Alerts = usage.Alerts is { } alerts ? [.. alerts] : null;
        if (node is OnDemandNode live)
        {
            live.BeganAt = usage.BeganAt ?? 0;
            live.Limited = usage.Limited ?? 0;
        }
    }

    private void Define(BudgetDefinition definition, DateTimeOffset at)
    {
        var plan = BudgetPlan.Of(definition);
        var before = _archived ? null : _plan;

        // The windows that run now are those of the calendar until now, so that it does not matter which is asked.
        _usage.SetCalendar(_usage.Calendar.Change(
            new CalendarChange(at, plan.ZoneId, definition.WeekStart ?? WeekDay.Monday, definition.FiscalYearStart ?? 1)));
        _plan = before is null ? plan : plan.After(before, at, _usage.Calendar);
        _archived = false;
        _defaultPrices = _defaultPrices.With(plan.DefaultPrice, at);
        KeepValues(at);
        if (_plan.Alerts.IsEmpty)
            return;

        // A limit that was lowered may have been crossed by what is consumed already.
        foreach (var scope in _plan.Scopes.Values)
        {
            if (NodeOf(scope) is { } node)
                _consumed.Add(node);
        }
    }

    /// <summary>A limit that a rule gains counts what its values have used: all that memory has, lapsed ones too.</summary>
    private void KeepValues(DateTimeOffset at)
    {
        foreach (var scope in Plan.Scopes.Values)
        {
            foreach (var rule in scope.Rules)
            {
                var limited = PeriodsOf(rule.Limits, at);
                foreach (var below in NodeOf(scope)?.Below?.Values ?? Enumerable.Empty<ScopeNode>())
                {
                    if (below is not OnDemandNode value || !value.IsOf(rule.Attribute))
                        continue;

                    _usage.Gain(value, limited);
                    if (!Plan.Alerts.IsEmpty)
                        _consumed.Add(value);
                }
            }
        }
    }

    /// <summary>The same path, as the definition has it in memory already.</summary>
    private ScopePath Known(ScopePath scope) => Plan.Scopes.TryGetValue(scope, out var planned) ? planned.Path : scope;

    /// <summary>The same paths, as the links have them in memory already.</summary>
    private ImmutableArray<ScopePath>? Known(ImmutableArray<ScopePath>? onDemand) =>
        root.IsOfDelegation && onDemand is { } paths ? [.. paths.Select(_links.Known)] : onDemand;

    private void Hold(WorkloadId id, Holding holding)
    {
        Charge(holding.Scope, holding.OnDemand, holding.ReservedAt, holding.ReservedAt, begins: true, new UsageChange(Reserved: holding.Amount));
        _holdings.Set(id, holding);
    }

    private static SpendLink LinkOf(BudgetLinkLimited limited) => new(limited.Delegation, limited.Limit, limited.Period, limited.Version);

    private void Limit(SpendLink link, DateTimeOffset at)
    {
        // Whatever its windows used counts against the new limit, too, if it is of another period.
        var path = _links.Set(link);
        if (_usage.Find(path) is OnDemandNode node && Limited(path, at) is var limited && (node.Limited & limited) != limited)
            _usage.Gain(node, limited);
    }

    /// <summary>
    /// Gives back what is held for the approval that a workload is allowed on: the workload holds instead of it. Where
    /// another workload did that before, and it is not known yet what becomes of that, neither does this one know.
    /// </summary>
    private TakenHold? Take(ApprovalId? approval, DateTimeOffset at)
    {
        if (approval is not { } named)
            return null;
        if (OpenHoldOf(named, at) is not { } taken)
            return _holdings.TakersOf(named).Select(other => _holdings.Find(other)!.Taken).FirstOrDefault();

        GiveBack(named.Hold, taken.Scope, taken.OnDemand, taken.HeldAt, taken.Amount, null, at);
        return taken;
    }

    /// <summary>
    /// What follows for an approval's hold when the workload that took its place has ended. Of several that came with one
    /// approval at most one is admitted: when that one ends, nothing holds again after the others.
    /// </summary>
    private void End(Holding? ended, bool comesBack, bool wasAdmitted, DateTimeOffset at)
    {
        if (ended?.Taken is not { } taken)
            return;

        if (wasAdmitted)
        {
            foreach (var other in _holdings.TakersOf(taken.Approval).ToList())
                _holdings.Set(other, _holdings.Find(other)! with { Taken = null });
        }
        else if (comesBack && at < taken.ExpiresAt)
        {
            Charge(taken.Scope, taken.OnDemand, taken.HeldAt, at, begins: false, new UsageChange(Reserved: taken.Amount));
            _holdings.Set(taken.Approval.Hold, new Holding(
                Known(taken.Scope), taken.HeldAt, taken.Amount, WorkloadState.Open, taken.ExpiresAt, null, OnDemand: taken.OnDemand, IsForApproval: true));
        }
    }

    private void VerifyComeback(WorkloadId id, ApprovalId? approval) => Require(
        approval is null || _holdings.Find(id)?.Taken?.Approval == approval && _holdings.TakersOf(approval.Value).Count() == 1,
        $"{id}: is not the last that took the place of {approval}");

    private void Spend(WorkloadReconciled reconciled, DateTimeOffset at)
    {
        var holding = _holdings.Remove(reconciled.Id, reconciled.From);
        End(holding, comesBack: false, wasAdmitted: true, at);
        if (holding is { Model: { } model, WorstCase: { } worst })
            _history.Add(model, reconciled.Actual, worst);

        // Entries of an earlier build leave the overrun to be worked out; what is no longer remembered was covered.
        var isCovered = holding is { WasGivenBack: false } || holding is null && reconciled.From == WorkloadState.Unresolved;
        var covered = isCovered ? reconciled.Reserved : Quantity.Zero;
        Charge(reconciled.Scope, reconciled.OnDemand, reconciled.ReservedAt, at, begins: false, Freed(reconciled.From, reconciled.Reserved) with
        {
            Spent = reconciled.Actual,
            Overrun = reconciled.Overrun ?? Quantity.Max(reconciled.Actual - covered, Quantity.Zero),
        });
    }

    private void KeepCounted(WorkloadUnresolved unresolved, DateTimeOffset at)
    {
        var held = _holdings.Find(unresolved.Id);
        var freed = held is null ? default : Freed(held.State, unresolved.Amount);
        Charge(
            unresolved.Scope, unresolved.OnDemand, unresolved.ReservedAt, at, begins: false,
            freed with { Unresolved = freed.Unresolved + unresolved.Amount });
        End(held, comesBack: false, wasAdmitted: true, at);
        _holdings.Set(unresolved.Id, held is null
            ? new Holding(
                Known(unresolved.Scope), unresolved.ReservedAt, unresolved.Amount, WorkloadState.Unresolved, unresolved.ReservedAt, null,
                ReleasedByClient: unresolved.Violation is not null, WasGivenBack: true, OnDemand: unresolved.OnDemand)
            : held with { State = WorkloadState.Unresolved, Taken = null });
    }

    private Holding? GiveBack(
        WorkloadId id, ScopePath scope, ImmutableArray<ScopePath>? onDemand, DateTimeOffset reservedAt, Quantity amount, WorkloadState? from, DateTimeOffset at)
    {
        var holding = _holdings.Remove(id, from);
        Charge(scope, holding?.OnDemand ?? onDemand, reservedAt, at, begins: false, Freed(holding?.State ?? from ?? WorkloadState.Unresolved, amount));
        return holding;
    }

    /// <summary>What no longer counts where a hold in state <paramref name="from"/> ends.</summary>
    private static UsageChange Freed(WorkloadState from, Quantity amount) => new(
        Reserved: from == WorkloadState.Open ? Quantity.Zero - amount : Quantity.Zero,
        Unresolved: from == WorkloadState.Unresolved ? Quantity.Zero - amount : Quantity.Zero);

    /// <exception cref="InvariantViolationException">A scope holds less than would be given back.</exception>
    private void VerifyFreed(
        ScopePath scope, ImmutableArray<ScopePath>? onDemand, DateTimeOffset instant, DateTimeOffset at, in UsageChange change)
    {
        if (Plan.Scopes.TryGetValue(scope, out var planned))
        {
            foreach (var above in planned.Way)
                VerifyFreed(NodeOf(above), instant, at, change);
        }
        else
        {
            foreach (var path in scope.FromRoot())
                VerifyFreed(_usage.Find(path), instant, at, change);
        }

        foreach (var path in onDemand ?? [])
            VerifyFreed(_usage.Find(path), instant, at, change);
    }

    private void VerifyFreed(ScopeNode? node, DateTimeOffset instant, DateTimeOffset at, in UsageChange change)
    {
        if (node is not null && !IsOfAnotherLife(node, instant))
            _usage.VerifyFreed(node, instant, at, change);
    }

    /// <summary>Whether a scope on demand has begun anew since: none of its running windows has what was held before.</summary>
    private static bool IsOfAnotherLife(ScopeNode node, DateTimeOffset instant) => node is OnDemandNode live && instant.UtcTicks < live.BeganAt;

    /// <summary>Changes the sums of a scope, of all above it, and of the scopes on demand beside.</summary>
    /// <param name="scope">The scope charged.</param>
    /// <param name="onDemand">The scopes on demand charged with it.</param>
    /// <param name="instant">The instant whose windows are charged.</param>
    /// <param name="at">The entry's instant.</param>
    /// <param name="begins">Whether it is a charge of its own, which makes scopes and begins windows; or the end of one.</param>
    /// <param name="change">By how much.</param>
    private void Charge(
        ScopePath scope, ImmutableArray<ScopePath>? onDemand, DateTimeOffset instant, DateTimeOffset at, bool begins, in UsageChange change)
    {
        if (Plan.Scopes.TryGetValue(scope, out var planned))
        {
            foreach (var above in planned.Way)
            {
                var node = NodeOf(above);
                if (begins)
                {
                    node = above.Node ??= _usage.Ensure(above.Path, 0, at);
                    _usage.StartNewWindows(node, at);
                }

                Charge(node, instant, at, begins, change);
            }
        }
        else
        {
            foreach (var path in scope.FromRoot())
                Charge(begins ? _usage.Ensure(path, Limited(path, at), at) : _usage.Find(path), instant, at, begins, change);
        }

        foreach (var path in onDemand ?? [])
            Charge(begins ? _usage.Ensure(path, Limited(path, at), at) : _usage.Find(path), instant, at, begins, change);
    }

    private void Charge(ScopeNode? node, DateTimeOffset instant, DateTimeOffset at, bool begins, in UsageChange change)
    {
        if (node is null || !begins && IsOfAnotherLife(node, instant))
            return;

        _usage.Change(node, instant, at, change);
        if (!Plan.Alerts.IsEmpty && (!change.Spent.IsZero || !change.Unresolved.IsZero))
            _consumed.Add(node);
    }

    /// <summary>The kinds of window that the limits of a scope on demand count in, a bit for each.</summary>
    private byte Limited(ScopePath path, DateTimeOffset at) => path.IsOnDemand ? PeriodsOf(TermsOf(path) ?? [], at) : (byte)0;

    private static byte PeriodsOf(ImmutableArray<LimitTerm> terms, DateTimeOffset at)
    {
        var bits = 0;
        foreach (var term in terms)
        {
            if (!term.IsOver(at))
                bits |= 1 << (int)term.Period;
        }

        return (byte)bits;
    }

    private void Mark(BudgetAlerted alerted)
    {
        if (_usage.Find(alerted.Scope) is not { } node)
            return;

        var mark = new AlertMark(alerted.Period, alerted.WindowStart, alerted.Threshold);
        node.Alerts = [.. (node.Alerts ?? []).Where(known => known.Period != alerted.Period), mark];
    }

    private void VerifyAdmission(
        WorkloadId id, ScopePath scope, ImmutableArray<ScopePath>? onDemand, Quantity amount, Quantity? worstCase, TakenHold? taken, DateTimeOffset at)
    {
        VerifyAmount(id, amount);
        Require(IsActive, $"{id}: admitted to {root}, which takes no new work");
        Require(_holdings.Find(id) is null, $"{id}: reserved twice in {root}");
        Require(!(worstCase < amount), $"{id}: holds {amount}, more than the {worstCase} that it may cost at most");
        if (!Plan.Scopes.TryGetValue(scope, out var planned))
            throw new InvariantViolationException($"{id}: admitted to {new BudgetPath(root, scope)}, which does not exist");

        foreach (var above in planned.Way)
            VerifyAdmission(id, above.Path, NodeOf(above), above.Limits, amount, taken, at);
        foreach (var path in onDemand ?? [])
        {
            var terms = TermsOf(path) ?? throw new InvariantViolationException($"{id}: counts in {new BudgetPath(root, path)}, which nothing makes");
            VerifyAdmission(id, path, _usage.Find(path) is { } node && !_usage.HasLapsed(node, at) ? node : null, terms, amount, taken, at);
        }
    }

    private void VerifyAdmission(
        WorkloadId id, ScopePath path, ScopeNode? node, ImmutableArray<LimitTerm> terms, Quantity amount, TakenHold? taken, DateTimeOffset at)
    {
        Require(!_frozen.ContainsKey(path), $"{id}: admitted to {new BudgetPath(root, path)}, which is frozen");
        foreach (var term in Plan.IsEnforced ? terms : [])
        {
            if (!term.IsInForce(at))
                continue;

            var used = Used(path, node, term.Period, taken, at);
            var limit = term.Limit + _adjustments.Raised(path, term.Period, at);
            Require(used + amount <= limit, $"{id}: admitted {amount} to {new BudgetPath(root, path)}, which has used {used} of {limit}");
        }
    }

    private static void VerifyAmount(WorkloadId id, Quantity amount) =>
        Require(!amount.IsNegative && amount < Quantity.Bound, $"{id}: an amount of {amount}");

    private void VerifyHolding(WorkloadId id, WorkloadState from, Quantity amount)
    {
        var held = _holdings.Find(id);
        Require(
            held is null
                ? from is WorkloadState.Released or WorkloadState.Refused || from == WorkloadState.Unresolved && _holdings.HasForgotten
                : held is { IsForApproval: false } && held.State == from && held.Amount == amount,
            $"{id}: settled as {from} {amount}, but it is {held?.State.ToString() ?? "not held"} {held?.Amount}");
    }
}
