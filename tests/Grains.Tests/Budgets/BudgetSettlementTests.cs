using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What becomes of holds, and of spend that had none. A stand is <c>spent reserved unresolved overrun remaining</c>.</summary>
public sealed class BudgetSettlementTests
{
    private readonly BudgetRun _run = new(At("2026-11-23T08:00:00Z"));

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

    [Fact]
    public void WriteOff_Unresolved_GivesItBack_AndTwiceIsNoEvent()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4");
        _run.Settle(id, new Charge(null));

        var released = _run.WriteOff(id)!;

        Assert.Equal(
            (ReleaseCause.WrittenOff, WorkloadState.Unresolved, BudgetRun.Maria, "nobody will ever know"), (released.Cause, released.From, released.By, released.Reason));
        Assert.Equal("0 0 0 0 10", _run.Stand());
        Assert.Null(_run.WriteOff(id));
    }

    [Fact]
    public void WriteOff_OpenOrReconciledOrRefused_Conflicts()
    {
        _run.Define(BudgetRun.Usd("10"));
        var open = _run.Admit("4");
        var reconciled = _run.Admit("4");
        _run.Settle(reconciled, "4");
        var refused = _run.Reserve("", BudgetRun.Costs("11")).Id;

        foreach (var id in (WorkloadId[])[open, reconciled, refused])
            Assert.Equal("not_unresolved", Assert.Throws<ConflictException>(() => _run.WriteOff(id)).Code);
    }

    [Fact]
    public void Settle_AfterWriteOff_IsCountedInFullAsOverrunAndNobodysFault()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4");
        _run.Settle(id, new Charge(null));
        _run.WriteOff(id);

        var late = Assert.IsType<WorkloadReconciled>(_run.Settle(id, "3"));

        Assert.Equal((WorkloadState.Released, null, Quantity.FromUnits(3)), (late.From, late.Violation, late.Overrun));
        Assert.Equal("3 0 0 3 7", _run.Stand());
    }

    [Fact]
    public void Settle_OneOfMoreUnresolvedThanAreRemembered_IsSettledFromTheLedger()
    {
        var run = new BudgetRun(At("2026-11-23T08:00:00Z"), new BudgetTreeOptions { UnresolvedInMemoryMax = 2 });
        run.Define(BudgetRun.Usd("10"));
        var ids = Enumerable.Range(0, 4).Select(_ => run.Admit("1")).ToArray();
        foreach (var id in ids)
            run.Settle(id, new Charge(null));

        Assert.Equal([false, false, true, true], ids.Select(id => run.Tree.Find(id) is not null));
        Assert.Equal("0 0 4 0 6", run.Stand());
        run.Settle(ids[0], "0.5");
        run.WriteOff(ids[1]);
        run.Reload();
        Assert.Equal("0.5 0 2 0 7.5", run.Stand());
        run.Refold();
        Assert.Equal("0.5 0 2 0 7.5", run.Stand());
    }

    /// <summary>Entries of an earlier build leave the overrun to be worked out.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void Apply_EntryThatNamesNoOverrun_CountsTheSameWhetherItsHoldIsRememberedOrNot(int unresolvedInMemoryMax)
    {
        var run = new BudgetRun(At("2026-11-23T08:00:00Z"), new BudgetTreeOptions { UnresolvedInMemoryMax = unresolvedInMemoryMax });
        run.Define(BudgetRun.Usd("100"));
        var id = run.Admit("5");
        run.Settle(id, new Charge(null));
        run.Settle(run.Admit("5"), new Charge(null));
        Assert.Equal(unresolvedInMemoryMax > 1, run.Tree.Find(id) is not null);
        var holding = run.Standing(id);

        run.Append(new WorkloadReconciled(
            id, holding.Scope, holding.ReservedAt, WorkloadState.Unresolved, holding.Amount, Quantity.FromUnits(7), new Reconciliation(LatencyMs: 1), null, false, null));

        Assert.Equal("7 0 5 2 88", run.Stand());
        run.Refold();
        Assert.Equal("7 0 5 2 88", run.Stand());
    }

    [Fact]
    public void Settle_GivenBackAndForgotten_IsOverrunInFull()
    {
        var run = new BudgetRun(At("2026-11-23T08:00:00Z"), new BudgetTreeOptions { UnresolvedInMemoryMax = 1 });
        run.Define(BudgetRun.Usd("10"));
        var id = run.Admit("4");
        run.Release(id, ReleaseCause.Requested);
        run.Settle(id, new Charge(null));
        run.Settle(run.Admit("1"), new Charge(null));
        Assert.Null(run.Tree.Find(id));

        var late = Assert.IsType<WorkloadReconciled>(run.Settle(id, "3"));

        Assert.Equal((WorkloadState.Unresolved, "ACCOUNTING_INVARIANT_VIOLATION", Quantity.FromUnits(3)), (late.From, late.Violation, late.Overrun));
        Assert.Equal("3 0 1 3 6", run.Stand());
    }

    [Theory]
    [InlineData(ReleaseCause.WrittenOff)]
    [InlineData(ReleaseCause.Expired)]
    public void Settle_StillUnknownAfterItWasGivenBack_ChangesNothing(ReleaseCause cause)
    {
        var id = Given(cause);

        Assert.Null(_run.Settle(id, new Charge(null)));
        Assert.Equal("0 0 0 0 10", _run.Stand());
        Assert.IsType<WorkloadReconciled>(_run.Settle(id, "3"));
        Assert.Equal("3 0 0 3 7", _run.Stand());
    }

    [Fact]
    public void Settle_SameReportAfterTheDefaultPriceChanged_IsNoEvent_AndPricedAsReserved()
    {
        var price = new DefaultPrice(Quantity.FromUnits(1_000_000), Quantity.FromUnits(1_000_000), Unit.Usd);
        _run.Define(BudgetRun.Usd("10") with { DefaultPrice = price });
        var (late, id) = (_run.Admit("4"), _run.Admit("4"));
        _run.Settle(id, new Charge(null, 1, 1));
        _run.Now += TimeSpan.FromMinutes(1);
        _run.Define(BudgetRun.Usd("10") with { DefaultPrice = price with { InputPerMillion = Quantity.FromUnits(3_000_000) } });

        Assert.Null(_run.Settle(id, new Charge(null, 1, 1)));
        Assert.Equal(Quantity.FromUnits(2), Assert.IsType<WorkloadReconciled>(_run.Settle(late, new Charge(null, 1, 1))).Actual);
    }

    private WorkloadId Given(ReleaseCause cause)
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4");
        if (cause == ReleaseCause.Expired)
        {
            _run.Release(id, cause);
            return id;
        }

        _run.Settle(id, new Charge(null));
        _run.Append(_run.Tree.WriteOff(id, _run.Standing(id), "nobody will tell", BudgetRun.Maria)!);
        return id;
    }

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
