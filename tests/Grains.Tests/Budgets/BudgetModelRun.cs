using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Gives each generated step to the tree and to the model, and compares all that can be seen of them.</summary>
internal sealed class BudgetModelRun
{
    public const int UnresolvedInMemoryMax = 2;

    private const int ItemsMax = 150;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(1500);
    private static readonly DecisionWarning Earlier = new("x_budget_threshold", "tokens is at 91 percent", "tokens limit 100 tokens");

    private readonly string _home;
    private readonly BudgetRun _run;
    private readonly BudgetModel _model;
    private int _compared;

    public BudgetModelRun(string home, DateTimeOffset start)
    {
        _home = home;
        _run = new BudgetRun(start, new BudgetTreeOptions { UnresolvedInMemoryMax = UnresolvedInMemoryMax });
        _model = new BudgetModel(home);
    }

    public IReadOnlyList<LedgerEntry> Entries => _run.Entries;

    /// <summary>How often each rule decided something.</summary>
    public Dictionary<string, int> Met { get; } = new(StringComparer.Ordinal);

    public void Do(BudgetStep step)
    {
        switch (step)
        {
            case BudgetStep.Pass pass:
                _run.Now += pass.Time;
                break;

            case BudgetStep.PassToEnd pass:
                PassTo(_model.EndOf(pass.Period, _run.Now)?.AddMicroseconds(-pass.MicrosecondsBefore));
                break;

            case BudgetStep.PassToClockChange pass:
                PassTo(ClockChanges.Next(_model.Zone, _run.Now) - pass.Before);
                break;

            case BudgetStep.PassToLeapDay pass:
                PassTo(ClockChanges.NextLeapDay(_model.Zone, _run.Now) - pass.Before);
                break;

            case BudgetStep.Reload:
                _run.Reload();
                break;

            case BudgetStep.Refold:
                _run.Refold();
                break;

            case BudgetStep.Define define:
                Define(define.Draft);
                break;

            case BudgetStep.Change change when _model.Draft is { } draft:
                Define(change.Of.Of(draft));
                break;

            case BudgetStep.DefineWithOtherUnit:
                DefineWithOtherUnit();
                break;

            case BudgetStep.Archive:
                Archive();
                break;

            case BudgetStep.Reserve reserve when _model.Items.Count < ItemsMax:
                Reserve(reserve);
                break;

            case BudgetStep.Burst burst when _model.Items.Count + burst.Count < ItemsMax:
                Burst(burst);
                break;

            case BudgetStep.Use use when _model.Items.Count < ItemsMax:
                Use(use);
                break;

            case BudgetStep.Adjust adjust when _model.Items.Count < ItemsMax:
                Adjust(adjust);
                break;

            case BudgetStep.AdjustAgain again when _model.Adjustments.Count > 0:
                Assert.Null(_run.Tree.Adjust(_model.Adjustments[$"adj-{again.Which % _model.Adjustments.Count}"], BudgetRun.Maria, _run.Now));
                break;

            case BudgetStep.Freeze freeze:
                Freeze(ScopeOf(freeze.Scope), freeze.Reason == 0 ? "incident 7" : "incident 8");
                break;

            case BudgetStep.Unfreeze unfreeze:
                Unfreeze(unfreeze.Which);
                break;

            case BudgetStep.Expire expire:
                Expire(expire.CountMax);
                break;

            case BudgetStep.Settle settle when Pick(settle.Which) is { } item:
                Settle(item, settle.LikeBefore ? new BudgetStep.Cost(item.Actual ?? item.Reserved, null, null) : settle.Price);
                break;

            case BudgetStep.Release release when Pick(release.Which) is { } item:
                Release(item, release.Cause);
                break;

            case BudgetStep.WriteOff writeOff when Pick(writeOff.Which) is { } item:
                WriteOff(item);
                break;

            case BudgetStep.Extend extend when Pick(extend.Which) is { } item:
                Extend(item, extend.TtlSeconds);
                break;

            case BudgetStep.Withdraw withdraw when Pick(withdraw.Which) is { State: WorkloadState.Open } item:
                var refusal = new Decision(item.Id, DecisionResult.Blocked, ReasonCodes.AgentSuspended, "suspended", null, [], null, new Epoch(8));
                Append(new WorkloadWithdrawn(item.Id, ScopePath.Parse(item.Scope), item.At, Quantity.FromPico(item.Reserved), refusal), item, _ =>
                    item.State = WorkloadState.Refused);
                break;
        }

        Compare();
    }

    private static Charge ChargeOf(BudgetStep.Cost price, bool isEstimate = false) => new(
        price.Pico is { } pico ? Quantity.FromPico(pico) : null, price.InputTokens, price.OutputTokens,
        price.Pico is null ? "nobody knows what gpt-9 costs" : null, IsEstimate: isEstimate);

    private static string ScopeOf(int index) =>
        index < DefinitionDraft.Paths.Length ? DefinitionDraft.Paths[index] : DefinitionDraft.OnDemandPaths[index - DefinitionDraft.Paths.Length];

    private static ScopePath[] PathsOf(IEnumerable<string> paths) => [.. paths.Select(ScopePath.Parse)];

    // The assertions explain well and are slow: they are asked once it is known that they will fail.
    private static void Same<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            Assert.Equal(expected, actual);
    }

    private static void SameInOrder<T>(IEnumerable<T> expected, IEnumerable<T> actual)
    {
        var (all, found) = (expected.ToList(), actual.ToList());
        if (!all.SequenceEqual(found))
            Assert.Equal(all, found);
    }

    private void Meet(string what) => Met[what] = Met.GetValueOrDefault(what) + 1;

    private void PassTo(DateTimeOffset? instant) => _run.Now = instant > _run.Now ? instant.Value : _run.Now;

    /// <summary>Appends, lets the model follow, and compares what is alerted.</summary>
    private T Append<T>(T content, BudgetModelItem? item, Action<T> follow) where T : LedgerEvent
    {
        var read = _run.Append(content);
        follow(read);
        CompareAlerts(content, item);
        return read;
    }

    private void CompareAlerts(LedgerEvent content, BudgetModelItem? item)
    {
        var crossed = _model.Crossed(_run.Now).ToHashSet();
        foreach (var alerted in _run.TakeRaised())
        {
            var alert = new BudgetModelAlert(alerted.Scope.Value, alerted.Period, alerted.WindowStart, alerted.Threshold);
            Assert.True(crossed.Remove(alert), $"{alert}: alerted, but not crossed now, or alerted before");
            Assert.Equal(_model.Consumed(alert.Scope, alert.Period, _run.Now), alerted.Consumed.Pico);
            Assert.Equal(_model.Allocated(alert.Scope, alert.Period, _run.Now), alerted.Allocated.Pico);
            _model.Alert(alert);
            Meet(BudgetModel.IsOnDemand(alert.Scope) ? "alert on demand" : "alert");
        }

        // What this entry took there is told at once; what time alone did (a raise that ended) at the next entry of the scope.
        var touched = content switch
        {
            BudgetDefined => crossed.Where(alert => !BudgetModel.IsOnDemand(alert.Scope)),
            BudgetAdjusted { Until: null } adjusted => crossed.Where(alert => BudgetModelItem.IsWithin(adjusted.Scope.Value, alert.Scope)),
            WorkloadReconciled or UsageRecorded when item!.Actual > 0 => crossed.Where(alert => item.CountsIn(alert.Scope)),
            WorkloadUnresolved when item!.Reserved > 0 => crossed.Where(alert => item.CountsIn(alert.Scope)),
            _ => [],
        };
        Assert.Empty(touched);
    }

    private BudgetModelItem? Pick(int which)
    {
        // Mostly one of the youngest that were admitted: they are still open. And those about which much can go wrong.
        var asked = _model.Items.Where(item => !item.IsFinal).ToList();
        var some = (which % 8) switch
        {
            0 => asked,
            1 or 2 => asked.Where(item => item.State == WorkloadState.Unresolved).ToList(),
            3 => asked.Where(item => item.State == WorkloadState.Released).ToList(),
            4 => asked.Where(item => item.WasAdmitted).ToList(),
            _ => asked.Where(item => item.WasAdmitted).TakeLast(6).ToList(),
        };
        some = some.Count == 0 ? asked : some;
        return some.Count == 0 ? null : some[which / 8 % some.Count];
    }

    private void Define(DefinitionDraft draft)
    {
        var definition = draft.Build(_home);
        var same = _model.Draft is { } current && !_model.IsArchived && DefinitionText.Of(current.Build(_home)) == DefinitionText.Of(definition);
        var defined = _run.Tree.Define(definition, BudgetRun.Maria);
        Assert.Equal(same, defined is null);
        if (defined is not null)
            Append(defined, null, _ => _model.Define(draft, _run.Now));
    }

    private void DefineWithOtherUnit()
    {
        if (_model.Draft is not { } draft)
            return;
        var other = draft.Build(_home) with { DefaultPrice = null, Unit = Unit.Tokens };
        Assert.Equal("unit_fixed", Assert.Throws<ConflictException>(() => _run.Tree.Define(other, BudgetRun.Maria)).Code);
    }

    private void Archive()
    {
        if (_model.Draft is null)
            return;
        var archived = _run.Tree.Archive(BudgetRun.Maria);
        Assert.Equal(_model.IsArchived, archived is null);
        if (archived is not null)
            Append(archived, null, _ => _model.IsArchived = true);
    }

    private void Reserve(BudgetStep.Reserve step)
    {
        var scope = ScopeOf(step.Scope);
        var verdict = _model.Admit(scope, step.Traits, step.Price, step.IsOutright, step.MayCreate, _run.Now);
        var id = _run.NewId();
        var command = _run.Command(id, scope, ChargeOf(step.Price, !step.IsOutright), step.TtlSeconds, step.AsHold ? BudgetRun.Other : null, request => request with
        {
            Model = step.Traits.ModelName,
            Attribution = request.Attribution with { CustomerId = step.Traits.ValueOf("customerId"), Feature = step.Traits.ValueOf("feature") },
        }) with { Warning = step.IsWarned ? Earlier : null };
        var decided = _run.Tree.Reserve(command, _run.Now, _ => step.MayCreate ? null : Wait);
        Meet($"{verdict.Result} {verdict.Code}".Trim());
        if (verdict.OnDemand.Length > 0)
            Meet("on demand");
        if (verdict.SharePpm is not null)
            Meet("estimated");
        var isAdmitted = verdict.Result is DecisionResult.Allowed or DecisionResult.Warning;
        var item = new BudgetModelItem
        {
            Id = id,
            Scope = scope,
            OnDemand = verdict.OnDemand,
            At = _run.Now,
            Starts = _model.StartsOf(_run.Now),
            Reserved = verdict.Amount,
            WorstCase = verdict.WorstCase,
            Model = step.Traits.ModelName,
            State = isAdmitted ? WorkloadState.Open : WorkloadState.Refused,
            AsHold = step.AsHold,
            WasAdmitted = isAdmitted,
            ExpiresAt = _run.Now.AddSeconds(step.TtlSeconds ?? 120),
        };
        Append(decided, item, content =>
        {
            CompareDecision(content, step, verdict, item);
            _model.Add(item, _run.Now);
        });
    }

    private void CompareDecision(WorkloadEvent content, BudgetStep.Reserve step, BudgetModelVerdict verdict, BudgetModelItem item)
    {
        Quantity? left = verdict.Remaining is { } pico ? Quantity.FromPico(pico) : null;
        var amount = Quantity.FromPico(verdict.Amount);
        var estimated = verdict.SharePpm is { } share
            ? new ReservationEstimate(Quantity.FromPico(verdict.WorstCase!.Value), item.Model, Quantity.FromPico(share * 1_000_000), verdict.Samples)
            : null;
        var warning = step is { IsWarned: true, AsHold: false } ? Earlier.Code : verdict.Code;
        Quantity? worst = verdict.WorstCase is { } most ? Quantity.FromPico(most) : null;
        switch (content)
        {
            case WorkloadRefused refused:
                Assert.Equal((verdict.Code, verdict.Result), (refused.Decision.ReasonCode, refused.Decision.Result));
                Assert.Equal(verdict.Result == DecisionResult.RateLimited ? 1500 : null, refused.Decision.RetryAfterMs);
                Assert.NotEmpty(refused.Decision.Reason!);
                Assert.NotEmpty(refused.Decision.DeterminedBy!);
                Assert.Empty(refused.Decision.Reservations);
                Assert.Null(refused.Decision.ExpiresAt);
                break;

            case WorkloadReserved reserved:
                Assert.True(item.WasAdmitted, $"admitted, not refused with {verdict.Code}");
                Assert.False(step.AsHold);
                Assert.Equal(
                    (warning is null ? DecisionResult.Allowed : DecisionResult.Warning, warning), (reserved.Decision.Result, reserved.Decision.ReasonCode));
                Assert.Equal(warning is null, string.IsNullOrEmpty(reserved.Decision.Reason));
                Assert.Equal(warning is null, string.IsNullOrEmpty(reserved.Decision.DeterminedBy));
                Assert.Equal(
                    [new Reservation(BudgetRun.Root, ScopePath.Parse(item.Scope), amount, Unit.Usd, left, estimated)], reserved.Decision.Reservations);
                Assert.Equal(item.ExpiresAt, reserved.Decision.ExpiresAt);
                Assert.Equal(BudgetRun.Checked, reserved.Decision.Epoch);
                Assert.Equal(PathsOf(item.OnDemand), reserved.OnDemand ?? []);
                Assert.Equal(worst, reserved.WorstCase);
                break;

            default:
                var held = Assert.IsType<WorkloadHeld>(content);
                Assert.True(item.WasAdmitted, $"held, not refused with {verdict.Code}");
                Assert.True(step.AsHold);
                Assert.Equal((amount, left, item.ExpiresAt, BudgetRun.Other), (held.Amount, held.Remaining, held.ExpiresAt, held.CommitsIn));
                Assert.Equal((warning, estimated), (held.Warning?.Code, held.Estimated));
                Assert.Equal(PathsOf(item.OnDemand), held.OnDemand ?? []);
                Assert.Equal(worst, held.WorstCase);
                break;
        }
    }

    private void Burst(BudgetStep.Burst step)
    {
        for (var i = 0; i < step.Count; i++)
        {
            var price = new BudgetStep.Cost(7001, null, null);
            Reserve(new BudgetStep.Reserve(0, price, 60, false, new BudgetTraits(0, 0, step.Model), true, false, false));
            var item = _model.Items[^1];
            if (!item.WasAdmitted)
                break;
            Settle(item, new BudgetStep.Cost(70 * step.PercentOfWorst + (7 * i), null, null));
        }
    }

    private void Use(BudgetStep.Use step)
    {
        if (_model.Draft is null)
            return;
        var scope = step.Scope < DefinitionDraft.Paths.Length ? DefinitionDraft.Paths[step.Scope] : "gone/bot";
        var at = _run.Now - step.Ago;
        var command = _run.UsageOf(scope, ChargeOf(step.Price), report => report with
        {
            Model = step.Traits.ModelName,
            Attribution = report.Attribution with { CustomerId = step.Traits.ValueOf("customerId"), Feature = step.Traits.ValueOf("feature") },
            OccurredAt = at,
        });
        if (_model.Cost(step.Price, at ?? _run.Now) is not { } actual)
        {
            Assert.Equal("actual", Assert.Throws<InvalidRequestException>(() => _run.Tree.Record(command, _run.Now)).Field);
            return;
        }

        var item = new BudgetModelItem
        {
            Id = command.Id,
            Scope = scope,
            OnDemand = _model.OnDemandOfUsage(scope, step.Traits, _run.Now),
            At = at ?? _run.Now,
            Starts = _model.StartsOf(at ?? _run.Now),
            Reserved = 0,
            State = WorkloadState.Reconciled,
            IsFinal = true,
            WasAdmitted = true,
            Actual = actual,
        };
        Append(_run.Tree.Record(command, _run.Now), item, usage =>
        {
            Assert.Equal(Quantity.FromPico(actual), usage.Actual);
            Assert.Equal(PathsOf(item.OnDemand), usage.OnDemand ?? []);
            _model.Add(item, _run.Now);
        });
    }

    private void Adjust(BudgetStep.Adjust step)
    {
        var earlier = step.Earlier is { } which && _model.Adjustments.Count > 0 ? which % _model.Adjustments.Count : (int?)null;
        var command = new AdjustCommand(
            $"adj-{earlier ?? _model.Adjustments.Count}", Quantity.FromPico((Int128)step.Quarters * 250_000_000_000), "agreed with Ann",
            step.Scope == 0 ? null : ScopePath.Parse(ScopeOf(step.Scope)), _run.Now + step.Until, step.Period);
        if (_model.Draft is null)
        {
            Assert.Equal("budget_not_found", Assert.Throws<NotFoundException>(() => _run.Tree.Adjust(command, BudgetRun.Maria, _run.Now)).Code);
            return;
        }

        if (earlier is not null && _model.Adjustments[command.Id] != command)
        {
            Assert.Equal("idempotency_conflict", Assert.Throws<ConflictException>(() => _run.Tree.Adjust(command, BudgetRun.Maria, _run.Now)).Code);
            return;
        }

        if (earlier is null && !_model.IsKnown(command.Scope?.Value ?? "", _run.Now))
        {
            Assert.Equal("scope_not_found", Assert.Throws<NotFoundException>(() => _run.Tree.Adjust(command, BudgetRun.Maria, _run.Now)).Code);
            return;
        }

        if (earlier is null && FaultOf(command) is { } field)
        {
            Assert.Equal(field, Assert.Throws<InvalidRequestException>(() => _run.Tree.Adjust(command, BudgetRun.Maria, _run.Now)).Field);
            return;
        }

        if (earlier is null && command.Until is null && command.Scope is { IsOnDemand: true } value
            && !_model.IsThere(value.Value, _run.Now) && _model.IsFull(_run.Now))
        {
            Assert.Equal("scopes_exhausted", Assert.Throws<ConflictException>(() => _run.Tree.Adjust(command, BudgetRun.Maria, _run.Now)).Code);
            return;
        }

        var adjusted = _run.Tree.Adjust(command, BudgetRun.Maria, _run.Now);
        Assert.Equal(earlier is not null, adjusted is null);
        if (adjusted is not null)
            Append(adjusted, null, _ => _model.Adjust(command, _run.Now));
    }

    private string? FaultOf(AdjustCommand command) => command.Until is not { } until
        ? command.Amount.IsZero ? "amount" : null
        : command.Amount <= Quantity.Zero ? "amount"
        : until <= _run.Now ? "until"
        : !_model.HasLimit(command.Scope?.Value ?? "", command.Period, _run.Now) ? command.Period is null ? "scope" : "period"
        : null;

    private void Freeze(string scope, string reason)
    {
        if (!_model.IsKnown(scope, _run.Now))
        {
            Assert.IsType<NotFoundException>(Record.Exception(() => _run.Tree.Freeze(ScopePath.Parse(scope), reason, BudgetRun.Maria, _run.Now)));
            return;
        }

        var frozen = _run.Tree.Freeze(ScopePath.Parse(scope), reason, BudgetRun.Maria, _run.Now);
        Assert.Equal(_model.Frozen.ContainsKey(scope), frozen is null);
        if (frozen is not null)
            Append(frozen, null, _ => _model.Freeze(scope, reason));
    }

    private void Unfreeze(int which)
    {
        // Mostly one that is frozen.
        var scopes = which % 4 == 0 ? DefinitionDraft.Paths : [.. _model.Frozen.Keys];
        if (scopes.Length == 0)
            return;
        var scope = scopes[which % scopes.Length];
        if (!_model.IsKnown(scope, _run.Now) && !_model.Frozen.ContainsKey(scope))
        {
            Assert.IsType<NotFoundException>(Record.Exception(() => _run.Tree.Unfreeze(ScopePath.Parse(scope), "over", BudgetRun.Maria, _run.Now)));
            return;
        }

        var unfrozen = _run.Tree.Unfreeze(ScopePath.Parse(scope), "over", BudgetRun.Maria, _run.Now);
        Assert.Equal(!_model.Frozen.ContainsKey(scope), unfrozen is null);
        if (unfrozen is not null)
            Append(unfrozen, null, _ => _model.Unfreeze(scope));
    }

    private void Expire(int countMax)
    {
        if (_model.Draft is null)
            return;
        var due = _model.Items.Where(item => item.State == WorkloadState.Open && item.ExpiresAt <= _run.Now).ToList();
        var own = due.Where(item => !item.AsHold).ToDictionary(item => item.Id);
        var holds = due.Where(item => item.AsHold).ToDictionary(item => item.Id);

        var waiting = _run.Tree.ExpiredHolds(_run.Now, countMax);
        Assert.Equal(Math.Min(countMax, holds.Count), waiting.Count);
        Assert.Equal(waiting.Count, waiting.Select(hold => hold.Id).Distinct().Count());
        Assert.All(waiting, hold => Assert.Equal(BudgetRun.Other, hold.CommitsIn));

        var events = _run.Tree.Expire(_run.Now, countMax);
        Assert.Equal(Math.Min(countMax, own.Count), events.Count);
        foreach (var content in events)
            Append(content, own[content.Id], read => Ended(own[content.Id], read));

        foreach (var (id, _) in waiting)
            Append(_run.Tree.End(id, _run.Tree.Find(id)!), holds[id], read => Ended(holds[id], read));
    }

    private void Ended(BudgetModelItem item, WorkloadEvent content)
    {
        Assert.Equal(WorkloadState.Open, item.State);
        if (_model.Draft!.OnExpiry == ExpiryAction.Release)
        {
            var released = Assert.IsType<WorkloadReleased>(content);
            Assert.Equal((ReleaseCause.Expired, WorkloadState.Open), (released.Cause, released.From));
            Assert.Equal(PathsOf(item.OnDemand), released.OnDemand ?? []);
            item.State = WorkloadState.Released;
            item.WasGivenBack = true;
        }
        else
        {
            var unresolved = Assert.IsType<WorkloadUnresolved>(content);
            Assert.Equal((WorkloadUnresolved.Expired, null), (unresolved.Why, unresolved.Violation));
            Assert.Equal(PathsOf(item.OnDemand), unresolved.OnDemand ?? []);
            item.State = WorkloadState.Unresolved;
        }
    }

    private void Settle(BudgetModelItem item, BudgetStep.Cost price)
    {
        var actual = _model.Cost(price, item.At);
        var conflict = item.State switch
        {
            WorkloadState.Refused => "not_admitted",
            WorkloadState.Reconciled when actual is not null && actual != item.Actual => "already_resolved",
            _ => null,
        };
        var command = new SettleCommand(item.Id, BudgetRun.ReportOf(ChargeOf(price)), ChargeOf(price));
        if (conflict is not null)
        {
            Assert.Equal(conflict, Assert.Throws<ConflictException>(() => _run.Tree.Settle(command, _run.Standing(item.Id))).Code);
            return;
        }

        var settled = _run.Tree.Settle(command, _run.Standing(item.Id));
        var violation = item.WasReleasedByClient ? ReasonCodes.AccountingInvariantViolation : null;
        if (item.State == WorkloadState.Reconciled
            || (actual is null && (item.State == WorkloadState.Unresolved || (item.State == WorkloadState.Released && !item.WasReleasedByClient))))
        {
            Assert.Null(settled);
            return;
        }

        if (actual is null)
        {
            Append(Assert.IsType<WorkloadUnresolved>(settled), item, unresolved =>
            {
                Assert.Equal((item.State, Quantity.FromPico(item.Reserved), violation), (unresolved.From, unresolved.Amount, unresolved.Violation));
                Assert.Equal(PathsOf(item.OnDemand), unresolved.OnDemand ?? []);
                item.State = WorkloadState.Unresolved;
            });
            return;
        }

        Append(Assert.IsType<WorkloadReconciled>(settled), item, reconciled =>
        {
            Assert.Equal(
                (item.State, Quantity.FromPico(item.Reserved), Quantity.FromPico(actual.Value), violation),
                (reconciled.From, reconciled.Reserved, reconciled.Actual, reconciled.Violation));
            Assert.Equal(PathsOf(item.OnDemand), reconciled.OnDemand ?? []);
            item.State = WorkloadState.Reconciled;
            item.Actual = actual;
            Assert.Equal(item.Overrun, reconciled.Overrun?.Pico);
            if (item.IsEvicted)
                Meet(item.WasGivenBack ? "settled from the ledger after it was given back" : "settled from the ledger");
            if (item.WasWrittenOff)
                Meet("settled after it was written off");
            _model.Learn(item);
        });
    }

    private void Release(BudgetModelItem item, ReleaseCause cause)
    {
        if (item.State == WorkloadState.Reconciled)
        {
            Assert.Equal("already_resolved", Assert.Throws<ConflictException>(() => _run.Release(item.Id, cause)).Code);
            return;
        }

        var content = _run.Tree.Release(item.Id, _run.Standing(item.Id), cause, "given up");
        Assert.Equal(!item.IsHeld, content is null);
        if (content is not null)
            Append(content, item, released => GivenBack(item, released, cause));
    }

    private void WriteOff(BudgetModelItem item)
    {
        var holding = _run.Standing(item.Id);
        if (item.State is WorkloadState.Open or WorkloadState.Reconciled or WorkloadState.Refused)
        {
            Assert.Equal("not_unresolved", Assert.Throws<ConflictException>(() => _run.Tree.WriteOff(item.Id, holding, "lost", BudgetRun.Maria)).Code);
            return;
        }

        var content = _run.Tree.WriteOff(item.Id, holding, "lost", BudgetRun.Maria);
        Assert.Equal(item.State != WorkloadState.Unresolved, content is null);
        if (content is null)
            return;
        Append(content, item, released =>
        {
            Assert.Equal(BudgetRun.Maria, released.By);
            GivenBack(item, released, ReleaseCause.WrittenOff);
        });
    }

    private static void GivenBack(BudgetModelItem item, WorkloadReleased released, ReleaseCause cause)
    {
        Assert.Equal((cause, Quantity.FromPico(item.Reserved), item.State), (released.Cause, released.Amount, released.From));
        Assert.Equal(PathsOf(item.OnDemand), released.OnDemand ?? []);
        item.State = WorkloadState.Released;
        item.WasGivenBack = true;
        item.WasReleasedByClient |= cause == ReleaseCause.Requested;
        item.WasWrittenOff |= cause == ReleaseCause.WrittenOff;
    }

    private void Extend(BudgetModelItem item, int ttlSeconds)
    {
        var holding = _run.Standing(item.Id);
        if (item.State != WorkloadState.Open || item.ExpiresAt <= _run.Now)
        {
            Assert.Equal(
                "already_resolved", Assert.Throws<ConflictException>(() => _run.Tree.Extend(item.Id, holding, ttlSeconds, _run.Now)).Code);
            return;
        }

        var until = _run.Now.AddSeconds(ttlSeconds);
        var content = _run.Tree.Extend(item.Id, holding, ttlSeconds, _run.Now);
        Assert.Equal(until > item.ExpiresAt ? until : null, content?.ExpiresAt);
        if (content is not null)
            Append(content, item, _ => item.ExpiresAt = until);
    }

    private void Compare()
    {
        Assert.Equal(_model.Draft is not null, _run.Tree.Exists);
        Assert.Equal(_model.Draft is not null && !_model.IsArchived, _run.Tree.IsActive);
        var open = _model.Items.Where(item => item.State == WorkloadState.Open).ToList();
        Assert.Equal(open.Count == 0 ? null : open.Min(item => item.ExpiresAt), _run.Tree.NextDue);
        CompareHoldings();
        if (_model.Draft is null)
        {
            Assert.Throws<NotFoundException>(() => _run.View());
            return;
        }

        _compared++;
        foreach (var path in DefinitionDraft.Paths.Concat(DefinitionDraft.OnDemandPaths))
        {
            if (_model.IsKnown(path, _run.Now))
                CompareView(path);

            // Exceptions are slow: now and then will do.
            else if (_compared % 16 == 0)
                Assert.Equal("scope_not_found", Assert.Throws<NotFoundException>(() => _run.View(path)).Code);
        }
    }

    private void CompareHoldings()
    {
        var inMemory = 0;
        foreach (var item in _model.Items.Where(item => !item.IsFinal))
        {
            var holding = _run.Tree.Find(item.Id);
            if (item.State == WorkloadState.Unresolved && holding is null)
            {
                item.IsEvicted = true;
                continue;
            }

            Assert.False(item is { IsEvicted: true, State: WorkloadState.Unresolved }, "in memory again");
            item.IsEvicted = false;
            Assert.Equal(item.IsHeld, holding is not null);
            if (holding is null)
                continue;
            inMemory += item.State == WorkloadState.Unresolved ? 1 : 0;
            Same(
                (item.Scope, item.At, Quantity.FromPico(item.Reserved), item.State),
                (holding.Scope.Value, holding.ReservedAt, holding.Amount, holding.State));
            SameInOrder(item.OnDemand, (holding.OnDemand ?? []).Select(path => path.Value));
        }

        Assert.InRange(inMemory, 0, UnresolvedInMemoryMax);
        if (_model.Items.Any(item => item.IsEvicted))
            return;
        Assert.Equal(_model.Items.Count(item => item.State == WorkloadState.Unresolved), inMemory);
    }

    private void CompareView(string path)
    {
        var view = _run.View(path);
        var frozenAt = _model.FrozenAt(path);
        Assert.Equal(
            _model.IsArchived ? BudgetState.Archived : frozenAt is null ? BudgetState.Active : BudgetState.Frozen, view.State);
        Same((frozenAt, frozenAt is null ? null : _model.Frozen[frozenAt]), (view.FrozenAt?.Value, view.FrozenReason));
        Same((_model.Zone, _model.Draft!.Mode ?? BudgetMode.Enforce), (view.TimeZone, view.Mode));
        var rows = _model.View(path, _run.Now);
        foreach (var row in rows)
        {
            if (row.From is not null)
                Meet("limit to come");
            if (row.Until is not null)
                Meet("limit that goes");
            if (row.Raised is not null)
                Meet("raised limit");
            if (row.Spent < 0)
                Meet("credit beyond what is spent");
        }

        SameInOrder(
            rows,
            view.Limits.Select(row => new BudgetModelRow(
                row.Limit?.Pico, row.Period, row.Spent.Pico, row.Reserved.Pico, row.Unresolved.Pico, row.Overrun.Pico, row.Remaining?.Pico,
                row.WindowStart, row.WindowEnd, row.Raised?.Pico, row.From, row.Until)));
        SameInOrder(
            DefinitionDraft.Paths.Concat(DefinitionDraft.OnDemandPaths).Append("gone")
                .Where(below => below.Length > 0 && DefinitionDraft.Above(below) == path && _model.IsThere(below, _run.Now))
                .Order(StringComparer.Ordinal),
            view.Children!.Items.Select(child => child.Scope.Value));
    }
}
