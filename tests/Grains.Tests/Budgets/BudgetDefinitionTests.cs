using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What a definition changes, and what it never touches. A stand is <c>spent reserved unresolved overrun remaining</c>.</summary>
public sealed class BudgetDefinitionTests
{
    private readonly BudgetRun _run = new(At("2026-11-23T08:00:00Z"));

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
    public void Define_SameAgain_IsNoEvent_AndTheUnitIsFixed()
    {
        _run.Define(BudgetRun.Usd("10") with { TimeZone = "Europe/Berlin" });

        Assert.Null(_run.Tree.Define(BudgetRun.Usd("10.000") with { TimeZone = "Europe/Berlin" }, BudgetRun.Maria));
        Assert.Equal("unit_fixed", Assert.Throws<ConflictException>(
            () => _run.Tree.Define(new BudgetDefinition(Unit.Tokens, TimeZone: "Europe/Berlin"), BudgetRun.Maria)).Code);
        Assert.NotNull(_run.Tree.Define(BudgetRun.Usd("10"), BudgetRun.Maria));
    }

    [Fact]
    public void Define_AnotherPeriod_CountsTheOldLimitToItsWindowsEnd_AndThenTheNewOne()
    {
        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day));
        _run.Admit("8");

        _run.Define(BudgetRun.Usd("20", BudgetPeriod.Month));

        Assert.Equal(["Day 10 - 2026-11-24", "Month 20 2026-11-24 -"], Terms());
        Assert.Equal("research limit 10 USD a day", _run.Refuse("3").DeterminedBy);
        _run.Now = At("2026-11-24T00:00:00Z");
        Assert.Equal(["Month 20 - -"], Terms());
        Assert.Equal("0 8 0 0 12", _run.Stand());
        Assert.Equal("research limit 20 USD a month", _run.Refuse("12.5").DeterminedBy);
        _run.Admit("12");
    }

    [Fact]
    public void Define_BackBeforeTheOtherPeriodBegins_GoesOnAsIfNothingHadBeen()
    {
        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day));
        _run.Admit("8");
        _run.Define(BudgetRun.Usd("20", BudgetPeriod.Month));

        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day));

        Assert.Equal(["Day 10 - -"], Terms());
        Assert.Equal("0 8 0 0 2", _run.Stand());
    }

    [Fact]
    public void Define_AThirdPeriodBeforeTheSecondBegins_BeginsWhenThatWouldHave()
    {
        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day));
        _run.Define(BudgetRun.Usd("20", BudgetPeriod.Month));
        _run.Now = At("2026-11-23T09:00:00Z");

        _run.Define(BudgetRun.Usd("15", BudgetPeriod.Week));

        Assert.Equal(["Day 10 - 2026-11-24", "Week 15 2026-11-24 -"], Terms());
    }

    [Fact]
    public void Define_PeriodsInsteadOfOneForAllTime_BeginAtOnce()
    {
        _run.Define(new BudgetDefinition(
            Unit.Usd, [new BudgetLimit(Quantity.FromUnits(10), BudgetPeriod.None), new BudgetLimit(Quantity.FromUnits(5), BudgetPeriod.Day)]));
        _run.Admit("4");

        _run.Define(BudgetRun.Usd("6", BudgetPeriod.Month));

        Assert.Equal(["Day 5 - 2026-11-24", "Month 6 - -"], Terms());
        Assert.Equal("research limit 5 USD a day", _run.Refuse("1.5").DeterminedBy);
        _run.Now = At("2026-11-24T00:00:00Z");
        Assert.Equal("research limit 6 USD a month", _run.Refuse("2.5").DeterminedBy);
    }

    [Fact]
    public void Define_OnlyMoreOrOnlyFewerLimits_HoldsAtOnce()
    {
        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day));
        _run.Define(new BudgetDefinition(
            Unit.Usd, [new BudgetLimit(Quantity.FromUnits(9), BudgetPeriod.Day), new BudgetLimit(Quantity.FromUnits(20), BudgetPeriod.Month)]));
        Assert.Equal(["Day 9 - -", "Month 20 - -"], Terms());

        _run.Define(BudgetRun.Usd("20", BudgetPeriod.Month));

        Assert.Equal(["Month 20 - -"], Terms());
    }

    [Fact]
    public void Define_AfterArchive_HoldsAtOnce()
    {
        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day));
        _run.Admit("8");
        _run.Append(_run.Tree.Archive(BudgetRun.Maria)!);

        _run.Define(BudgetRun.Usd("20", BudgetPeriod.Month));

        Assert.Equal(["Month 20 - -"], Terms());
        Assert.Equal("0 8 0 0 12", _run.Stand());
    }

    [Fact]
    public void Define_AnotherZone_CountsByItFromTheEndOfTheRunningWindowOn()
    {
        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day));
        _run.Admit("8");

        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day) with { TimeZone = "America/New_York" });

        Assert.Equal((At("2026-11-23T00:00:00Z"), At("2026-11-24T00:00:00Z")), (_run.View().Limits[0].WindowStart, _run.View().Limits[0].WindowEnd));
        Assert.Equal("0 8 0 0 2", _run.Stand());
        _run.Now = At("2026-11-24T00:00:00Z");
        Assert.Equal((At("2026-11-24T00:00:00Z"), At("2026-11-24T05:00:00Z")), (_run.View().Limits[0].WindowStart, _run.View().Limits[0].WindowEnd));
        _run.Now = At("2026-11-24T05:00:00Z");
        Assert.Equal((At("2026-11-24T05:00:00Z"), At("2026-11-25T05:00:00Z")), (_run.View().Limits[0].WindowStart, _run.View().Limits[0].WindowEnd));
        Assert.Equal(2, _run.Tree.Calendar().Length);
    }

    [Fact]
    public void Define_AnotherFiscalYear_EndsTheRunningQuarterFirst()
    {
        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Quarter));
        _run.Admit("8");

        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Quarter) with { FiscalYearStart = 2 });

        Assert.Equal((At("2026-10-01T00:00:00Z"), At("2027-01-01T00:00:00Z")), (_run.View().Limits[0].WindowStart, _run.View().Limits[0].WindowEnd));
        _run.Now = At("2027-01-01T00:00:00Z");
        Assert.Equal((At("2027-01-01T00:00:00Z"), At("2027-02-01T00:00:00Z")), (_run.View().Limits[0].WindowStart, _run.View().Limits[0].WindowEnd));
        Assert.Equal("0 0 0 0 10", _run.Stand());
    }

    /// <summary>Each limit as <c>period limit from until</c>.</summary>
    private IEnumerable<string> Terms() => _run.View().Limits.Select(row => $"{row.Period} {row.Limit} {Day(row.From)} {Day(row.Until)}");

    private static string Day(DateTimeOffset? instant) => instant?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-";

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
