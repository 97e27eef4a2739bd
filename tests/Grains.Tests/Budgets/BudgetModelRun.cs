using System.Text.Json;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Gives each generated step to the tree and to the model, and compares all that can be seen of them.</summary>
internal sealed class BudgetModelRun
{
    private readonly string _zone;
    private readonly BudgetRun _run;
    private readonly BudgetModel _model;

    public BudgetModelRun(string zone, DateTimeOffset start)
    {
        _zone = zone;
        _run = new BudgetRun(start);
        _model = new BudgetModel(TimeZoneInfo.FindSystemTimeZoneById(zone));
    }

    public IReadOnlyList<LedgerEntry> Entries => _run.Entries;

    public void Do(BudgetStep step)
    {
        switch (step)
        {
            case BudgetStep.Pass pass:
                _run.Now += pass.Time;
                break;

            case BudgetStep.PassToEnd pass:
                var end = _model.EndOf(pass.Period, _run.Now).AddMicroseconds(-pass.MicrosecondsBefore);
                _run.Now = end > _run.Now ? end : _run.Now;
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

            case BudgetStep.DefineWithOther other:
                DefineWithOther(other.Unit);
                break;

            case BudgetStep.Archive:
                if (_model.Draft is null)
                    break;
                var archived = _run.Tree.Archive(BudgetRun.Maria);
                Assert.Equal(_model.IsArchived, archived is null);
                if (archived is not null)
                    _run.Append(archived);
                _model.IsArchived = true;
                break;

            case BudgetStep.Reserve reserve:
                Reserve(reserve);
                break;

            case BudgetStep.Use use:
                Use(use);
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

            case BudgetStep.Extend extend when Pick(extend.Which) is { } item:
                Extend(item, extend.TtlSeconds);
                break;

            case BudgetStep.Withdraw withdraw when Pick(withdraw.Which) is { State: WorkloadState.Open } item:
                var refusal = new Decision(item.Id, DecisionResult.Blocked, ReasonCodes.AgentSuspended, "suspended", null, [], null, new Epoch(8));
                _run.Append(new WorkloadWithdrawn(item.Id, ScopePath.Parse(item.Scope), item.At, Quantity.FromPico(item.Reserved), refusal));
                item.State = WorkloadState.Refused;
                break;
        }

        Compare();
    }

    private static Charge ChargeOf(BudgetStep.Cost price) => new(
        price.Pico is { } pico ? Quantity.FromPico(pico) : null, price.InputTokens, price.OutputTokens,
        price.Pico is null ? "nobody knows what gpt-9 costs" : null);

    private static string Canonical(BudgetDefinition definition) => JsonSerializer.Serialize(definition, GenOpsJson.Canonical);

    private BudgetModel.Item? Pick(int which)
    {
        // Mostly the youngest ones: they are the ones that are still open.
        var asked = _model.Items.Where(item => !item.IsUsage).ToList();
        return asked.Count == 0 ? null : asked[^(1 + (which % Math.Min(asked.Count, which % 5 == 0 ? int.MaxValue : 6)))];
    }

    private void Define(DefinitionDraft draft)
    {
        var definition = draft.Build(_zone);
        var same = _model.Draft is { } current && !_model.IsArchived && Canonical(current.Build(_zone)) == Canonical(definition);
        var defined = _run.Tree.Define(definition, BudgetRun.Maria);
        Assert.Equal(same, defined is null);
        if (defined is not null)
            _run.Append(defined);
        _model.Draft = draft;
        _model.IsArchived = false;
    }

    private void DefineWithOther(bool unit)
    {
        if (_model.Draft is not { } draft)
            return;
        var definition = draft.Build(_zone) with { DefaultPrice = null };
        var other = unit ? definition with { Unit = Unit.Tokens } : definition with { TimeZone = "Europe/Madrid" };
        var refused = Assert.Throws<ConflictException>(() => _run.Tree.Define(other, BudgetRun.Maria));
        Assert.Equal(unit ? "unit_fixed" : "time_zone_fixed", refused.Code);
    }

    private void Reserve(BudgetStep.Reserve step)
    {
        var scope = DefinitionDraft.Paths[step.Scope];
        var amount = _model.Draft is null ? null : _model.Cost(step.Price);
        var (code, remaining) = _model.Admit(scope, amount, _run.Now);
        var id = _run.NewId();
        var command = _run.Command(id, scope, ChargeOf(step.Price), step.TtlSeconds, step.AsHold ? BudgetRun.Other : null);
        var content = _run.Append(_run.Tree.Reserve(command, _run.Now));
        var expiresAt = _run.Now.AddSeconds(step.TtlSeconds ?? 120);
        Quantity? left = remaining is { } pico ? Quantity.FromPico(pico) : null;
        switch (content)
        {
            case WorkloadRefused refused:
                Assert.Equal(code, refused.Decision.ReasonCode);
                Assert.Equal(DecisionResult.Blocked, refused.Decision.Result);
                Assert.NotEmpty(refused.Decision.Reason!);
                Assert.NotEmpty(refused.Decision.DeterminedBy!);
                Assert.Empty(refused.Decision.Reservations);
                Assert.Null(refused.Decision.ExpiresAt);
                break;

            case WorkloadReserved reserved:
                Assert.Null(code);
                Assert.False(step.AsHold);
                Assert.Equal(DecisionResult.Allowed, reserved.Decision.Result);
                Assert.Null(reserved.Decision.ReasonCode);
                Assert.Equal(
                    [new Reservation(BudgetRun.Root, ScopePath.Parse(scope), Quantity.FromPico(amount!.Value), Unit.Usd, left)],
                    reserved.Decision.Reservations);
                Assert.Equal(expiresAt, reserved.Decision.ExpiresAt);
                Assert.Equal(BudgetRun.Checked, reserved.Decision.Epoch);
                break;

            default:
                var held = Assert.IsType<WorkloadHeld>(content);
                Assert.Null(code);
                Assert.True(step.AsHold);
                Assert.Equal((Quantity.FromPico(amount!.Value), left, expiresAt, BudgetRun.Other), (held.Amount, held.Remaining, held.ExpiresAt, held.CommitsIn));
                break;
        }

        _model.Add(new BudgetModel.Item
        {
            Id = id,
            Scope = scope,
            At = _run.Now,
            Date = _model.DateOf(_run.Now),
            Reserved = code is null ? amount!.Value : 0,
            State = code is null ? WorkloadState.Open : WorkloadState.Refused,
            AsHold = step.AsHold,
            WasAdmitted = code is null,
            ExpiresAt = expiresAt,
        });
    }

    private void Use(BudgetStep.Use step)
    {
        if (_model.Draft is null)
            return;
        var scope = DefinitionDraft.Paths[step.Scope];
        var command = _run.UsageOf(scope, ChargeOf(step.Price));
        if (_model.Cost(step.Price) is not { } actual)
        {
            Assert.Equal("actual", Assert.Throws<InvalidRequestException>(() => _run.Tree.Record(command, _run.Now)).Field);
            return;
        }

        Assert.Equal(Quantity.FromPico(actual), _run.Append(_run.Tree.Record(command, _run.Now)).Actual);
        _model.Add(new BudgetModel.Item
        {
            Id = command.Id,
            Scope = scope,
            At = _run.Now,
            Date = _model.DateOf(_run.Now),
            Reserved = 0,
            State = WorkloadState.Reconciled,
            IsUsage = true,
            WasAdmitted = true,
            Actual = actual,
        });
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

        var events = _run.Expire(countMax);
        Assert.Equal(Math.Min(countMax, own.Count), events.Count);
        foreach (var content in events)
            Ended(own[content.Id], content);

        foreach (var (id, _) in waiting)
            Ended(holds[id], _run.Append(_run.Tree.End(id, _run.Tree.Find(id)!)));
    }

    private void Ended(BudgetModel.Item item, WorkloadEvent content)
    {
        Assert.Equal(WorkloadState.Open, item.State);
        if (_model.Draft!.OnExpiry == ExpiryAction.Release)
        {
            Assert.Equal(ReleaseCause.Expired, Assert.IsType<WorkloadReleased>(content).Cause);
            item.State = WorkloadState.Released;
            item.WasGivenBack = true;
            item.WasReleasedByClient = false;
        }
        else
        {
            var unresolved = Assert.IsType<WorkloadUnresolved>(content);
            Assert.Equal((WorkloadUnresolved.Expired, null), (unresolved.Why, unresolved.Violation));
            item.State = WorkloadState.Unresolved;
        }
    }

    private void Settle(BudgetModel.Item item, BudgetStep.Cost price)
    {
        var actual = _model.Cost(price);
        var conflict = item.State switch
        {
            WorkloadState.Refused => "not_admitted",
            WorkloadState.Reconciled when actual is not null && actual != item.Actual => "already_resolved",
            _ => null,
        };
        if (conflict is not null)
        {
            Assert.Equal(conflict, Assert.Throws<ConflictException>(() => _run.Settle(item.Id, ChargeOf(price))).Code);
            return;
        }

        var content = _run.Settle(item.Id, ChargeOf(price));
        var violation = item.WasReleasedByClient ? ReasonCodes.AccountingInvariantViolation : null;
        if (item.State == WorkloadState.Reconciled || (item.State == WorkloadState.Unresolved && actual is null))
        {
            Assert.Null(content);
        }
        else if (actual is null)
        {
            var unresolved = Assert.IsType<WorkloadUnresolved>(content);
            Assert.Equal((item.State, Quantity.FromPico(item.Reserved), violation), (unresolved.From, unresolved.Amount, unresolved.Violation));
            item.State = WorkloadState.Unresolved;
        }
        else
        {
            var reconciled = Assert.IsType<WorkloadReconciled>(content);
            Assert.Equal(
                (item.State, Quantity.FromPico(item.Reserved), Quantity.FromPico(actual.Value), violation),
                (reconciled.From, reconciled.Reserved, reconciled.Actual, reconciled.Violation));
            item.State = WorkloadState.Reconciled;
            item.Actual = actual;
        }
    }

    private void Release(BudgetModel.Item item, ReleaseCause cause)
    {
        if (item.State == WorkloadState.Reconciled)
        {
            Assert.Equal("already_resolved", Assert.Throws<ConflictException>(() => _run.Release(item.Id, cause)).Code);
            return;
        }

        var content = _run.Release(item.Id, cause);
        Assert.Equal(item.State is WorkloadState.Released or WorkloadState.Refused, content is null);
        if (content is null)
            return;
        Assert.Equal((cause, Quantity.FromPico(item.Reserved)), (content.Cause, content.Amount));
        item.State = WorkloadState.Released;
        item.WasGivenBack = true;
        item.WasReleasedByClient |= cause == ReleaseCause.Requested;
    }

    private void Extend(BudgetModel.Item item, int ttlSeconds)
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
        if (content is null)
            return;
        _run.Append(content);
        item.ExpiresAt = until;
    }

    private void Compare()
    {
        Assert.Equal(_model.Draft is not null, _run.Tree.Exists);
        Assert.Equal(_model.Draft is not null && !_model.IsArchived, _run.Tree.IsActive);
        var open = _model.Items.Where(item => item.State == WorkloadState.Open).ToList();
        Assert.Equal(open.Count == 0 ? null : open.Min(item => item.ExpiresAt), _run.Tree.NextDue);
        foreach (var item in _model.Items)
        {
            var holding = _run.Tree.Find(item.Id);
            Assert.Equal(item.State is WorkloadState.Open or WorkloadState.Unresolved, holding is not null);
            if (holding is not null)
            {
                Assert.Equal(
                    (item.Scope, item.At, Quantity.FromPico(item.Reserved), item.State),
                    (holding.Scope.Value, holding.ReservedAt, holding.Amount, holding.State));
            }
        }

        if (_model.Draft is null)
        {
            Assert.Throws<NotFoundException>(() => _run.View());
            return;
        }

        foreach (var path in DefinitionDraft.Paths)
        {
            if (!_model.IsKnown(path))
            {
                Assert.Equal("scope_not_found", Assert.Throws<NotFoundException>(() => _run.View(path)).Code);
                continue;
            }

            var view = _run.View(path);
            Assert.Equal(_model.IsArchived ? BudgetState.Archived : BudgetState.Active, view.State);
            Assert.Equal(
                _model.View(path, _run.Now),
                view.Limits.Select(row => new BudgetModel.Row(
                    row.Limit?.Pico, row.Period, row.Spent.Pico, row.Reserved.Pico, row.Unresolved.Pico, row.Overrun.Pico, row.Remaining?.Pico,
                    row.WindowStart, row.WindowEnd)));
            Assert.Equal(
                DefinitionDraft.Paths.Where(below => below.Length > 0 && ScopePath.Parse(below).Parent!.Value.Value == path && _model.IsKnown(below)),
                view.Children!.Items.Select(child => child.Scope.Value));
        }
    }
}
