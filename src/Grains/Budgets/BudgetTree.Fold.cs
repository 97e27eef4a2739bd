using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

// What each event does.
public sealed partial class BudgetTree
{
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
}
