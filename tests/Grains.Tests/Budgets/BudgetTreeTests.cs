using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The rules of budgets, one by one. A stand is <c>spent reserved unresolved overrun remaining</c>.</summary>
public sealed class BudgetTreeTests
{
    private readonly BudgetRun _run = new(At("2026-11-23T08:00:00Z"));

    [Fact]
    public void Reserve_200TimesOneOf100_Admits100()
    {
        _run.Define(BudgetRun.Usd("100.00"));

        var decided = Enumerable.Range(0, 200).Select(_ => _run.Reserve("", BudgetRun.Costs("1.00"))).ToList();

        Assert.Equal(100, decided.Take(100).OfType<WorkloadReserved>().Count());
        Assert.Equal(100, decided.Skip(100).OfType<WorkloadRefused>().Count(refused => refused.Decision.ReasonCode == "BUDGET_EXCEEDED"));
        Assert.Equal("0 100 0 0 0", _run.Stand());
    }

    [Fact]
    public void Reserve_ExactlyWhatIsLeft_IsAdmitted_AndOnePicoMoreIsNot()
    {
        _run.Define(BudgetRun.Usd("1"));
        _run.Admit("0.4");

        var refused = _run.Refuse("0.600000000001");
        var reserved = Assert.IsType<WorkloadReserved>(_run.Reserve("", BudgetRun.Costs("0.6")));

        Assert.Equal("BUDGET_RESERVATION_FAILED", refused.ReasonCode);
        Assert.Equal(
            "0.600000000001 USD do not fit the 0.6 USD left of the 1 of research: ask for less or raise the limit", refused.Reason);
        Assert.Equal("research limit 1 USD", refused.DeterminedBy);
        Assert.Equal(Quantity.Zero, reserved.Decision.Reservations[0].Remaining);
        Assert.Equal("BUDGET_EXCEEDED", _run.Refuse("0.000000000001").ReasonCode);
    }

    [Fact]
    public void Reserve_AnyScopeAboveIsFull_HoldsNowhere()
    {
        _run.Define(BudgetRun.Usd("10") with
        {
            Children = BudgetRun.Children(("nlp", new BudgetScopeDefinition(
                Limit: Quantity.One, Period: BudgetPeriod.Day,
                Children: BudgetRun.Children(("bot", new BudgetScopeDefinition(Limit: Quantity.FromUnits(5))))))),
        });

        var refused = _run.Refuse("1.01", "nlp/bot");

        Assert.Equal("research/nlp limit 1 USD a day", refused.DeterminedBy);
        Assert.Equal("0 0 0 0 10", _run.Stand());
        Assert.Equal("0 0 0 0 1", _run.Stand("nlp"));
        Assert.Equal("0 0 0 0 5", _run.Stand("nlp/bot"));
        _run.Admit("0.75", "nlp/bot");
        Assert.Equal(("0 0.75 0 0 9.25", "0 0.75 0 0 0.25", "0 0.75 0 0 4.25"), (_run.Stand(), _run.Stand("nlp"), _run.Stand("nlp/bot")));
    }

    [Fact]
    public void Reserve_WithoutAnyLimit_IsAdmittedAndRemainingIsUnknown()
    {
        _run.Define(new BudgetDefinition(Unit.Usd));

        var reserved = Assert.IsType<WorkloadReserved>(_run.Reserve("", BudgetRun.Costs("1000000")));

        Assert.Null(reserved.Decision.Reservations[0].Remaining);
        Assert.Equal("0 1000000 0 0 -", _run.Stand());
    }

    [Fact]
    public void Reserve_BudgetOrScopeIsMissingOrArchived_IsRefused()
    {
        Assert.Equal("x_budget_missing", _run.Refuse("1").ReasonCode);
        _run.Define(BudgetRun.Usd("10"));
        Assert.Equal(("x_budget_missing", "research/nlp"), (_run.Refuse("1", "nlp").ReasonCode, _run.Refuse("1", "nlp").DeterminedBy));
        _run.Append(_run.Tree.Archive(BudgetRun.Maria)!);
        Assert.Equal("x_budget_missing", _run.Refuse("1").ReasonCode);
        Assert.Null(_run.Tree.Archive(BudgetRun.Maria));
        _run.Define(BudgetRun.Usd("10"));
        _run.Admit("1");
    }

    [Fact]
    public void Archive_NeverDefined_IsNotFound() =>
        Assert.Equal("budget_not_found", Assert.Throws<NotFoundException>(() => _run.Tree.Archive(BudgetRun.Maria)).Code);

    // Rule 1: the actual is recorded in full, always.
    [Fact]
    public void Settle_MoreThanReserved_IsCountedInFullAndStopsLaterAdmissions()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4");

        var reconciled = Assert.IsType<WorkloadReconciled>(_run.Settle(id, "12.5"));

        Assert.Equal((Quantity.Parse("4"), Quantity.Parse("12.5"), null), (reconciled.Reserved, reconciled.Actual, reconciled.Violation));
        Assert.Equal("12.5 0 0 8.5 -2.5", _run.Stand());
        Assert.Equal("BUDGET_EXCEEDED", _run.Refuse("0").ReasonCode);
        Assert.Equal("BUDGET_EXCEEDED", _run.Refuse("0.01").ReasonCode);
    }

    [Fact]
    public void Settle_LessThanReserved_GivesTheRestBack()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("10");

        _run.Settle(id, "2.25");

        Assert.Equal("2.25 0 0 0 7.75", _run.Stand());
    }

    [Fact]
    public void Settle_AfterRelease_IsCountedInFullAndFlagged()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4");
        _run.Release(id);
        Assert.Equal("0 0 0 0 10", _run.Stand());

        var reconciled = Assert.IsType<WorkloadReconciled>(_run.Settle(id, "3"));

        Assert.Equal("ACCOUNTING_INVARIANT_VIOLATION", reconciled.Violation);
        Assert.Equal(WorkloadState.Released, reconciled.From);
        Assert.Equal("3 0 0 3 7", _run.Stand());
    }

    [Fact]
    public void Settle_AfterReleaseWithoutFiguresAndThenWith_IsFlaggedBothTimesAndOverrunInFull()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4");
        _run.Release(id);

        var unresolved = Assert.IsType<WorkloadUnresolved>(_run.Settle(id, new Charge(null)));
        Assert.Equal("ACCOUNTING_INVARIANT_VIOLATION", unresolved.Violation);
        Assert.Equal("0 0 4 0 6", _run.Stand());
        _run.Reload();
        var reconciled = Assert.IsType<WorkloadReconciled>(_run.Settle(id, "3"));

        Assert.Equal("ACCOUNTING_INVARIANT_VIOLATION", reconciled.Violation);
        Assert.Equal("3 0 0 3 7", _run.Stand());
    }

    [Fact]
    public void Settle_AfterExpiryUnderRelease_IsCountedInFullAndNobodysFault()
    {
        _run.Define(BudgetRun.Usd("10") with { OnExpiry = ExpiryAction.Release });
        var id = _run.Admit("4");
        _run.Now = _run.Now.AddSeconds(120);
        Assert.IsType<WorkloadReleased>(Assert.Single(_run.Expire()));
        Assert.Equal("0 0 0 0 10", _run.Stand());

        var reconciled = Assert.IsType<WorkloadReconciled>(_run.Settle(id, "5"));

        Assert.Null(reconciled.Violation);
        Assert.Equal("5 0 0 5 5", _run.Stand());
    }

    [Fact]
    public void Settle_AfterArchive_IsCountedInFull()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4");
        _run.Append(_run.Tree.Archive(BudgetRun.Maria)!);

        _run.Settle(id, "11");

        Assert.Equal("11 0 0 7 -1", _run.Stand());
        Assert.Equal(BudgetState.Archived, _run.View().State);
    }

    [Fact]
    public void Settle_SameFiguresAgain_IsNoEvent_AndOtherFiguresConflict()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4");
        _run.Settle(id, "3");

        Assert.Null(_run.Settle(id, "3.00"));
        Assert.Null(_run.Settle(id, new Charge(null)));
        Assert.Equal("already_resolved", Assert.Throws<ConflictException>(() => _run.Settle(id, "3.01")).Code);
        Assert.Equal("already_resolved", Assert.Throws<ConflictException>(() => _run.Release(id)).Code);
        Assert.Equal("3 0 0 0 7", _run.Stand());
    }

    [Fact]
    public void Settle_Refused_Conflicts()
    {
        _run.Define(BudgetRun.Usd("1"));
        var id = _run.Reserve("", BudgetRun.Costs("2")).Id;

        Assert.Equal("not_admitted", Assert.Throws<ConflictException>(() => _run.Settle(id, "2")).Code);
        Assert.Null(_run.Release(id));
    }

    [Fact]
    public void Settle_RefusedByABudgetThatNeverWas_Conflicts()
    {
        var id = _run.Reserve("", BudgetRun.Costs("2")).Id;

        Assert.Equal("not_admitted", Assert.Throws<ConflictException>(() => _run.Settle(id, new Charge(null, 1, 1))).Code);
    }

    [Fact]
    public void Record_WithoutReservation_IsCountedInFullBeyondEveryLimit()
    {
        _run.Define(BudgetRun.Usd("10"));

        _run.Use("gone/bot", "12");

        Assert.Equal("12 0 0 12 -2", _run.Stand());
        Assert.Equal("12 0 0 12 -", _run.Stand("gone/bot"));
        Assert.Equal("BUDGET_EXCEEDED", _run.Refuse("0.1").ReasonCode);
    }

    // Rule 2: no usage reported is not zero.
    [Fact]
    public void Settle_WithoutFigures_StaysCountedUntilFiguresArrive()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("7");

        var unresolved = Assert.IsType<WorkloadUnresolved>(_run.Settle(id, new Charge(null)));
        Assert.Equal(("no figures were reported", WorkloadState.Open), (unresolved.Why, unresolved.From));
        Assert.Equal("0 0 7 0 3", _run.Stand());
        Assert.Equal("BUDGET_RESERVATION_FAILED", _run.Refuse("3.5").ReasonCode);
        Assert.Null(_run.Settle(id, new Charge(null)));
        Assert.Null(_run.Tree.NextDue);

        _run.Settle(id, "1");
        Assert.Equal("1 0 0 0 9", _run.Stand());
    }

    [Fact]
    public void Expire_ByDefault_KeepsTheHoldCounted_AndALateFigureSettlesIt()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4", ttlSeconds: 60);
        Assert.Equal(At("2026-11-23T08:01:00Z"), _run.Tree.NextDue);
        _run.Now = At("2026-11-23T08:00:59.999999Z");
        Assert.Empty(_run.Expire());

        _run.Now = At("2026-11-23T08:01:00Z");
        var unresolved = Assert.IsType<WorkloadUnresolved>(Assert.Single(_run.Expire()));
        Assert.Equal(("expired", null), (unresolved.Why, unresolved.Violation));
        Assert.Equal("0 0 4 0 6", _run.Stand());
        Assert.Empty(_run.Expire());

        var late = Assert.IsType<WorkloadReconciled>(_run.Settle(id, "6"));
        Assert.Equal((WorkloadState.Unresolved, null), (late.From, late.Violation));
        Assert.Equal("6 0 0 2 4", _run.Stand());
    }

    [Fact]
    public void Release_Unresolved_GivesItBack_AndTwiceIsNoEvent()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4");
        _run.Settle(id, new Charge(null));

        Assert.NotNull(_run.Release(id));
        Assert.Null(_run.Release(id));

        Assert.Equal("0 0 0 0 10", _run.Stand());
    }

    [Fact]
    public void Expire_HoldsOfOtherBudgetsFillTheBatch_StillEndsItsOwn()
    {
        _run.Define(BudgetRun.Usd("10"));
        for (var i = 0; i < 4; i++)
            _run.Admit("1", ttlSeconds: 1, commitsIn: BudgetRun.Other);
        var own = _run.Admit("1", ttlSeconds: 2);
        for (var i = 0; i < 4; i++)
            _run.Admit("1", ttlSeconds: 1, commitsIn: BudgetRun.Other);
        _run.Now = _run.Now.AddSeconds(3);

        Assert.Equal(own, Assert.Single(_run.Tree.Expire(_run.Now, 1)).Id);
        Assert.Equal(3, _run.Tree.ExpiredHolds(_run.Now, 3).Count);
        Assert.Equal(8, _run.Tree.ExpiredHolds(_run.Now, 100).Count);
        Assert.Equal("0 9 0 0 1", _run.Stand());
    }

    [Fact]
    public void Extend_BeforeTheEnd_LetsItStandLongerAndNeverShorter()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4", ttlSeconds: 60);
        _run.Now = _run.Now.AddSeconds(30);

        Assert.Null(_run.Tree.Extend(id, _run.Standing(id), 30, _run.Now));
        Assert.Equal(At("2026-11-23T08:01:30Z"), _run.Append(_run.Tree.Extend(id, _run.Standing(id), 60, _run.Now)!).ExpiresAt);
        Assert.Equal(At("2026-11-23T08:01:30Z"), _run.Tree.NextDue);
        _run.Now = At("2026-11-23T08:01:00Z");
        Assert.Empty(_run.Expire());
        _run.Now = At("2026-11-23T08:01:30Z");
        Assert.Equal("already_resolved", Assert.Throws<ConflictException>(() => _run.Tree.Extend(id, _run.Standing(id), 60, _run.Now)).Code);
        Assert.Single(_run.Expire());
        Assert.Equal("already_resolved", Assert.Throws<ConflictException>(() => _run.Tree.Extend(id, _run.Standing(id), 60, _run.Now)).Code);
    }

    // Rule 3: an unknown price is not zero.
    [Fact]
    public void Reserve_PriceUnknownWithoutDefaultPrice_IsRefused()
    {
        _run.Define(BudgetRun.Usd("10"));

        var refused = Assert.IsType<WorkloadRefused>(_run.Reserve("", new Charge(null, 100, 50, "no price for gpt-9; near: gpt-4o"))).Decision;

        Assert.Equal(("x_price_unknown", "no price for gpt-9; near: gpt-4o", "gpt-4o"), (refused.ReasonCode, refused.Reason, refused.DeterminedBy));
        Assert.Equal("0 0 0 0 10", _run.Stand());
    }

    [Fact]
    public void Reserve_PriceUnknownWithDefaultPrice_CostsIt()
    {
        _run.Define(BudgetRun.Usd("10") with { DefaultPrice = new DefaultPrice(Quantity.FromUnits(20_000), Quantity.FromUnits(60_000), Unit.Usd) });

        var reserved = Assert.IsType<WorkloadReserved>(_run.Reserve("", new Charge(null, 100, 50, "no price for gpt-9")));

        Assert.Equal(Quantity.FromUnits(5), reserved.Amount);
        Assert.Equal("x_price_unknown", Assert.IsType<WorkloadRefused>(_run.Reserve("", new Charge(null, 100, null, "no price"))).Decision.ReasonCode);
        var settled = Assert.IsType<WorkloadReconciled>(_run.Settle(reserved.Id, new Charge(null, 100, 10, "no price for gpt-9")));
        Assert.Equal(Quantity.Parse("2.6"), settled.Actual);
    }

    [Fact]
    public void Settle_PriceUnknown_StaysCountedAndSaysWhy_AndAFallbackIsFlagged()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4");

        Assert.Equal("no price for gpt-9", Assert.IsType<WorkloadUnresolved>(_run.Settle(id, new Charge(null, 1, 1, "no price for gpt-9"))).Why);
        var settled = Assert.IsType<WorkloadReconciled>(_run.Settle(id, new Charge(Quantity.One, PriceBook: "2026-11-01", PriceFallback: true)));

        Assert.Equal((true, "2026-11-01"), (settled.PriceFallback, settled.PriceBook));
    }

    // Rule 4: the window is that of the reservation.
    [Fact]
    public void Settle_InTheNextDay_IsChargedToTheDayOfTheReservation()
    {
        _run.Define(new BudgetDefinition(
            Unit.Usd,
            [new BudgetLimit(Quantity.FromUnits(10), BudgetPeriod.Day), new BudgetLimit(Quantity.FromUnits(100), BudgetPeriod.Month)],
            TimeZone: "Europe/Berlin"));
        _run.Now = At("2026-11-23T22:59:59.999999Z");
        var id = _run.Admit("8", ttlSeconds: 3600);
        _run.Now = At("2026-11-23T23:00:00Z");

        Assert.Equal(("0 0 0 0 10", "0 8 0 0 92"), (_run.Stand(row: 0), _run.Stand(row: 1)));
        _run.Admit("10");
        _run.Settle(id, "9");

        Assert.Equal(("0 10 0 0 0", "9 10 0 1 81"), (_run.Stand(row: 0), _run.Stand(row: 1)));
        var day = _run.View().Limits[0];
        Assert.Equal((At("2026-11-23T23:00:00Z"), At("2026-11-24T23:00:00Z")), (day.WindowStart, day.WindowEnd));
    }

    [Fact]
    public void Reserve_FrozenInstants_AreJudgedEachInItsOwnDay()
    {
        _run.Define(BudgetRun.Usd("1", BudgetPeriod.Day) with { TimeZone = "America/Havana" });

        // The day of 25 hours: 0:30 is shown twice, and both belong to 1 November.
        _run.Now = At("2026-11-01T04:30:00Z");
        _run.Admit("1");
        _run.Now = At("2026-11-01T05:30:00Z");
        Assert.Equal("BUDGET_EXCEEDED", _run.Refuse("1").ReasonCode);
        _run.Now = At("2026-11-02T04:59:59.999999Z");
        Assert.Equal("BUDGET_EXCEEDED", _run.Refuse("1").ReasonCode);
        _run.Now = At("2026-11-02T05:00:00Z");
        _run.Admit("1");

        // At one instant any number of decisions is made, and the first window does not come back.
        Assert.Equal("BUDGET_EXCEEDED", _run.Refuse("1").ReasonCode);
    }

    // Rule 5: exactly once.
    [Fact]
    public void Verify_SecondReservationOfAnId_IsADefect()
    {
        _run.Define(BudgetRun.Usd("10"));
        var command = _run.Command(_run.NewId(), "", BudgetRun.Costs("1"));
        _run.Append(_run.Tree.Reserve(command, _run.Now));

        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(_run.Tree.Reserve(command, _run.Now), _run.Now));
        Assert.Equal("0 1 0 0 9", _run.Stand());
    }

    [Fact]
    public void Verify_AdmissionThatDoesNotFit_IsADefect()
    {
        _run.Define(BudgetRun.Usd("10"));
        var first = (WorkloadReserved)_run.Tree.Reserve(_run.Command(_run.NewId(), "", BudgetRun.Costs("6")), _run.Now);
        var second = (WorkloadReserved)_run.Tree.Reserve(_run.Command(_run.NewId(), "", BudgetRun.Costs("6")), _run.Now);
        _run.Append(first);

        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(second, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Append(second));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(second with { Amount = Quantity.Parse("-1") }, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(second with { Amount = Quantity.One, Scope = ScopePath.Parse("x") }, _run.Now));
        Assert.Equal("0 6 0 0 4", _run.Stand());
    }

    [Fact]
    public void Verify_AdmissionToAnArchivedBudget_IsADefect()
    {
        _run.Define(BudgetRun.Usd("10"));
        var admitted = _run.Tree.Reserve(_run.Command(_run.NewId(), "", BudgetRun.Costs("6")), _run.Now);
        _run.Append(_run.Tree.Archive(BudgetRun.Maria)!);

        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(admitted, _run.Now));
    }

    [Fact]
    public void Verify_SettlingWhatIsNotHeldSo_IsADefect()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4");
        var holding = _run.Standing(id);
        var reconciled = (WorkloadReconciled)_run.Tree.Settle(new SettleCommand(id, new Reconciliation(), BudgetRun.Costs("1")), holding)!;
        var released = _run.Tree.Release(id, holding, ReleaseCause.Requested, "given up")!;

        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(reconciled with { From = WorkloadState.Unresolved }, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(reconciled with { Reserved = Quantity.One }, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(reconciled with { Actual = Quantity.Parse("-1") }, _run.Now));
        _run.Append(reconciled);
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(reconciled, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(released, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(new WorkloadExtended(id, _run.Now), _run.Now));
        Assert.Equal("1 0 0 0 9", _run.Stand());
    }

    // Rule 6: changing configuration never touches usage.
    [Fact]
    public void Define_LimitBelowSpent_KeepsUsageAndStopsAdmissions()
    {
        _run.Define(BudgetRun.Usd("10"));
        _run.Settle(_run.Admit("6"), "6");
        var open = _run.Admit("2");

        _run.Define(BudgetRun.Usd("5"));
        Assert.Equal("6 2 0 0 -3", _run.Stand());
        Assert.Equal("BUDGET_EXCEEDED", _run.Refuse("1").ReasonCode);
        _run.Settle(open, "2");
        _run.Define(BudgetRun.Usd("9"));

        Assert.Equal("8 0 0 0 1", _run.Stand());
        _run.Admit("1");
    }

    [Fact]
    public void Define_ScopeRemovedAndAddedAgain_KeepsItsUsage()
    {
        var with = BudgetRun.Usd("10") with { Children = BudgetRun.Children(("nlp", new BudgetScopeDefinition(Limit: Quantity.FromUnits(5)))) };
        _run.Define(with);
        var id = _run.Admit("3", "nlp");

        _run.Define(BudgetRun.Usd("10"));
        Assert.Equal("x_budget_missing", _run.Refuse("1", "nlp").ReasonCode);
        Assert.Equal("0 3 0 0 -", _run.Stand("nlp"));
        _run.Settle(id, "4");
        Assert.Equal(("4 0 0 1 -", "4 0 0 1 6"), (_run.Stand("nlp"), _run.Stand()));
        Assert.Equal(ScopePath.Parse("nlp"), Assert.Single(_run.View().Children!.Items).Scope);

        _run.Define(with);
        Assert.Equal("4 0 0 1 1", _run.Stand("nlp"));
    }

    [Fact]
    public void Define_LimitAddedLater_CountsWhatWasSpentInItsWindow()
    {
        _run.Define(new BudgetDefinition(Unit.Usd));
        _run.Now = At("2026-10-31T23:00:00Z");
        _run.Settle(_run.Admit("100"), "100");
        _run.Now = At("2026-11-01T00:00:00Z");
        _run.Settle(_run.Admit("7"), "7");
        _run.Now = At("2026-11-02T00:00:00Z");
        _run.Settle(_run.Admit("2"), "2");

        _run.Define(new BudgetDefinition(
            Unit.Usd,
            [
                new BudgetLimit(Quantity.FromUnits(10), BudgetPeriod.Month),
                new BudgetLimit(Quantity.FromUnits(5), BudgetPeriod.Day),
                new BudgetLimit(Quantity.FromUnits(200), BudgetPeriod.None),
            ]));

        Assert.Equal(("9 0 0 0 1", "2 0 0 0 3", "109 0 0 0 91"), (_run.Stand(row: 0), _run.Stand(row: 1), _run.Stand(row: 2)));
        Assert.Equal("research limit 10 USD a month", _run.Refuse("1.5").DeterminedBy);
    }

    [Fact]
    public void Define_SameAgain_IsNoEvent_AndUnitAndZoneAreFixed()
    {
        _run.Define(BudgetRun.Usd("10") with { TimeZone = "Europe/Berlin" });

        Assert.Null(_run.Tree.Define(BudgetRun.Usd("10.000") with { TimeZone = "Europe/Berlin" }, BudgetRun.Maria));
        Assert.Equal("unit_fixed", Assert.Throws<ConflictException>(
            () => _run.Tree.Define(new BudgetDefinition(Unit.Tokens, TimeZone: "Europe/Berlin"), BudgetRun.Maria)).Code);
        Assert.Equal("time_zone_fixed", Assert.Throws<ConflictException>(() => _run.Tree.Define(BudgetRun.Usd("10"), BudgetRun.Maria)).Code);
    }

    // Rule 9: what is reported comes from the ledger that enforces.
    [Fact]
    public void View_AfterSnapshotOrFold_IsTheSame()
    {
        _run.Define(BudgetRun.Usd("100", BudgetPeriod.Day) with { Children = BudgetRun.Children(("b", new()), ("a", new()), ("c", new())) });
        _run.Settle(_run.Admit("3", "a"), "5");
        _run.Settle(_run.Admit("4", "b"), new Charge(null));
        _run.Admit("2", "b", commitsIn: BudgetRun.Other);
        var stand = (_run.Stand(), _run.Stand("a"), _run.Stand("b"), _run.Stand("c"), _run.Tree.NextDue);

        Assert.Equal(("5 2 4 2 89", "5 0 0 2 -", "0 2 4 0 -", "0 0 0 0 -", At("2026-11-23T08:02:00Z")), stand);
        _run.Reload();
        Assert.Equal(stand, (_run.Stand(), _run.Stand("a"), _run.Stand("b"), _run.Stand("c"), _run.Tree.NextDue));
        _run.Refold();
        Assert.Equal(stand, (_run.Stand(), _run.Stand("a"), _run.Stand("b"), _run.Stand("c"), _run.Tree.NextDue));
    }

    [Fact]
    public void View_Children_ComeInPagesByName()
    {
        _run.Define(BudgetRun.Usd("1") with { Children = BudgetRun.Children(("b", new()), ("a-1", new()), ("a", new()), ("a.b", new())) });

        var first = _run.Tree.View(ScopePath.Root, null, 3, _run.Now).Children!;
        var second = _run.Tree.View(ScopePath.Root, first.Next, 3, _run.Now).Children!;

        Assert.Equal(["a", "a-1", "a.b"], first.Items.Select(item => item.Scope.Value));
        Assert.Equal("a.b", first.Next);
        Assert.Equal("b", Assert.Single(second.Items).Scope.Value);
        Assert.Null(second.Next);
        Assert.Equal("scope_not_found", Assert.Throws<NotFoundException>(() => _run.View("zzz")).Code);
    }

    [Fact]
    public void Reload_SumsBeyondWhatOneAmountMayBe_AreKept()
    {
        _run.Define(new BudgetDefinition(Unit.Usd));
        _run.Use("", "999999999999999999.999999999999");
        _run.Use("", "999999999999999999.999999999999");

        _run.Reload();

        Assert.Equal("1999999999999999999.999999999998 0 0 1999999999999999999.999999999998 -", _run.Stand());
    }

    [Fact]
    public void Restore_BrokenOrOfAnotherBuild_IsInvalidData()
    {
        Assert.Throws<InvalidDataException>(() => new BudgetTree(BudgetRun.Root).Restore("{}"u8));
        Assert.Throws<InvalidDataException>(() => new BudgetTree(BudgetRun.Root).Restore("not json"u8));
        Assert.Throws<InvalidDataException>(
            () => new BudgetTree(BudgetRun.Root).Restore("""{"version":999,"image":{"archived":false,"usages":[],"holdings":[]}}"""u8));
    }

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
