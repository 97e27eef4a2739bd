using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What limits admit, scope by scope and window by window. A stand is <c>spent reserved unresolved overrun remaining</c>.</summary>
public sealed class BudgetLimitTests
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
            "0.600000000001 USD do not fit the 0.6 USD left of the 1 USD of research: ask for less or raise the limit", refused.Reason);
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
    public void Reserve_AllSevenPeriods_AreCountedEachInItsWindow()
    {
        _run.Define(new BudgetDefinition(
            Unit.Usd,
            [.. Enum.GetValues<BudgetPeriod>().Select(period => new BudgetLimit(Quantity.FromUnits(10), period))],
            TimeZone: "Europe/Berlin", WeekStart: WeekDay.Sunday, FiscalYearStart: 4));
        _run.Admit("1");

        Assert.Equal(
            [
                "None  ", "Day 2026-11-22T23:00 2026-11-23T23:00", "Month 2026-10-31T23:00 2026-11-30T23:00", "Hour 2026-11-23T08:00 2026-11-23T09:00",
                "Week 2026-11-21T23:00 2026-11-28T23:00", "Quarter 2026-09-30T22:00 2026-12-31T23:00", "Year 2026-03-31T22:00 2027-03-31T22:00",
            ],
            _run.View().Limits.Select(row => $"{row.Period} {row.WindowStart:yyyy-MM-ddTHH:mm} {row.WindowEnd:yyyy-MM-ddTHH:mm}"));
        Assert.All(_run.View().Limits, row => Assert.Equal(Quantity.FromUnits(9), row.Remaining));
    }

    [Fact]
    public void Reserve_HourThatIsShownTwice_IsTwoWindows()
    {
        _run.Now = At("2026-10-25T00:30:00Z");
        _run.Define(BudgetRun.Usd("1", BudgetPeriod.Hour) with { TimeZone = "Europe/Berlin" });
        _run.Admit("1");
        Assert.Equal("BUDGET_EXCEEDED", _run.Refuse("1").ReasonCode);

        _run.Now = At("2026-10-25T01:00:00Z");
        _run.Admit("1");

        Assert.Equal("research limit 1 USD an hour", _run.Refuse("1").DeterminedBy);
    }

    [Fact]
    public void Reserve_LimitsOfSeveralPeriods_LeavesWhatTheTightestDoes()
    {
        _run.Define(new BudgetDefinition(
            Unit.Usd, [new BudgetLimit(Quantity.FromUnits(10), BudgetPeriod.Month), new BudgetLimit(Quantity.FromUnits(4), BudgetPeriod.Day)]));

        Assert.Equal(Quantity.One, Assert.IsType<WorkloadReserved>(_run.Reserve("", BudgetRun.Costs("3"))).Decision.Reservations[0].Remaining);
        _run.Now = At("2026-11-24T00:00:00Z");
        _run.Admit("4");
        _run.Now = At("2026-11-25T00:00:00Z");

        Assert.Equal("research limit 10 USD a month", _run.Refuse("3.01").DeterminedBy);
        Assert.Equal(Quantity.Zero, Assert.IsType<WorkloadReserved>(_run.Reserve("", BudgetRun.Costs("3"))).Decision.Reservations[0].Remaining);
    }

    [Fact]
    public void Reserve_LimitOfZero_TakesNothingButZero()
    {
        _run.Define(BudgetRun.Usd("0"));

        _run.Admit("0");

        Assert.Equal("BUDGET_EXCEEDED", _run.Refuse("0.000000000001").ReasonCode);
    }

    [Fact]
    public void Record_OfAnEarlierInstant_CountsInThatInstantsWindows()
    {
        _run.Define(new BudgetDefinition(
            Unit.Usd, [new BudgetLimit(Quantity.FromUnits(10), BudgetPeriod.Day), new BudgetLimit(Quantity.FromUnits(100), BudgetPeriod.Month)]));

        Assert.Equal(At("2026-11-22T12:00:00Z"), _run.Use("", "7", report => report with { OccurredAt = At("2026-11-22T12:00:00Z") }).ChargedAt);
        Assert.Null(_run.Use("", "1").ChargedAt);

        Assert.Equal(("1 0 0 1 9", "8 0 0 8 92"), (_run.Stand(row: 0), _run.Stand(row: 1)));
    }

    [Fact]
    public void Reserve_InObserveMode_IsAdmittedWithTheCodeItWouldHaveHad()
    {
        _run.Define(BudgetRun.Usd("1") with
        {
            Mode = BudgetMode.Observe,
            WarnAt = 50,
            PerValue = BudgetRun.PerValue(("customerId", new PerValueDefinition(Limit: Quantity.FromUnits(5)))),
        });

        Assert.Equal("x_attribute_missing", _run.Warn("2"));
        Assert.Equal("BUDGET_EXCEEDED", _run.Warn("1", stating: BudgetRun.Of("c-17")));
        Assert.Equal("0 3 0 0 -2", _run.Stand());
        Assert.Equal("0 1 0 0 4", _run.Stand("customerId=c-17"));
        var unpriced = Assert.IsType<WorkloadReserved>(_run.Reserve("", new Charge(null, PriceFault: "no price for gpt-9"), stating: BudgetRun.Of("c-17")));
        Assert.Equal(("x_price_unknown", Quantity.Zero), (unpriced.Decision.ReasonCode, unpriced.Amount));
        Assert.Equal(Quantity.Parse("-2"), unpriced.Decision.Reservations[0].Remaining);
    }

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
