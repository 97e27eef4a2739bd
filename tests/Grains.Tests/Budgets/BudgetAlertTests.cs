using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What is told before a limit is used up, and when.</summary>
public sealed class BudgetAlertTests
{
    private readonly BudgetRun _run = new(At("2026-11-23T08:00:00Z"));

    [Fact]
    public void Reserve_AboveWarnAt_IsAWarning_AndExactlyThereIsNot()
    {
        _run.Define(BudgetRun.Usd("10") with { WarnAt = 90 });

        Assert.Equal(DecisionResult.Allowed, Assert.IsType<WorkloadReserved>(_run.Reserve("", BudgetRun.Costs("9"))).Decision.Result);
        Assert.Equal("x_budget_threshold", _run.Warn("0.000000000001"));
        Assert.Equal("BUDGET_RESERVATION_FAILED", _run.Refuse("1").ReasonCode);
    }

    [Fact]
    public void Reserve_WarnedOfByAnEarlierBudget_CarriesThatOn()
    {
        _run.Define(BudgetRun.Usd("10") with { WarnAt = 1 });
        var earlier = new DecisionWarning("x_price_unknown", "nobody said what gpt-9 costs", "gpt-9");
        var command = _run.Command(_run.NewId(), "", BudgetRun.Costs("1"));

        var decided = Assert.IsType<WorkloadReserved>(_run.Tree.Reserve(command with { Warning = earlier }, _run.Now)).Decision;
        var held = Assert.IsType<WorkloadHeld>(_run.Tree.Reserve(command with { CommitsIn = BudgetRun.Other }, _run.Now));

        Assert.Equal(
            (DecisionResult.Warning, earlier.Code, earlier.Reason, earlier.DeterminedBy), (decided.Result, decided.ReasonCode, decided.Reason, decided.DeterminedBy));
        Assert.Equal(("x_budget_threshold", "research limit 10 USD"), (held.Warning!.Code, held.Warning.DeterminedBy));
    }

    [Fact]
    public void TakeAlerts_ThresholdsCrossed_AreToldOnceEach_AsHeldMoneyIsNotSpent()
    {
        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day) with { Alerts = [80, 50, 100] });
        var id = _run.Admit("9");
        Assert.Empty(_run.TakeRaised());

        _run.Settle(id, "4.999999999999");
        Assert.Empty(_run.TakeRaised());
        _run.Settle(_run.Admit("0.000000000001"), "0.000000000001");
        Assert.Equal([50], Thresholds());
        _run.Use("", "6");

        var raised = _run.TakeRaised();
        Assert.Equal([80, 100], raised.Select(alert => alert.Threshold));
        Assert.Equal(
            (ScopePath.Root, BudgetPeriod.Day, (DateTimeOffset?)At("2026-11-23T00:00:00Z"), Quantity.FromUnits(11), Quantity.FromUnits(10)),
            (raised[0].Scope, raised[0].Period, raised[0].WindowStart, raised[0].Consumed, raised[0].Allocated));
        _run.Use("", "1");
        Assert.Empty(_run.TakeRaised());
        _run.Now = At("2026-11-24T00:00:00Z");
        _run.Use("", "5");
        Assert.Equal([50], Thresholds());
    }

    [Fact]
    public void TakeAlerts_Unresolved_CountsAsGone()
    {
        _run.Define(BudgetRun.Usd("10") with { Alerts = [50] });

        _run.Settle(_run.Admit("5"), new Charge(null));

        Assert.Equal([50], Thresholds());
    }

    [Fact]
    public void TakeAlerts_AfterCreditAndAgain_IsToldOnce()
    {
        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day) with { Alerts = [50] });
        _run.Use("", "5");
        _run.Adjust(new AdjustCommand("adj-1", Quantity.FromUnits(3), "goodwill"));
        _run.Reload();
        _run.Use("", "3");
        _run.Refold();
        _run.Use("", "1");

        Assert.Equal([50], Thresholds());
    }

    [Fact]
    public void TakeAlerts_LimitLowered_IsToldAtOnce_AndARaiseCounts()
    {
        _run.Define(BudgetRun.Usd("10") with { Alerts = [50] });
        _run.Use("", "4");
        Assert.Empty(_run.TakeRaised());
        _run.Adjust(new AdjustCommand("adj-1", Quantity.FromUnits(10), "launch", Until: At("2026-11-23T09:00:00Z")));
        _run.Use("", "5");
        Assert.Empty(_run.TakeRaised());

        _run.Define(BudgetRun.Usd("8") with { Alerts = [50] });

        var alert = Assert.Single(_run.TakeRaised());
        Assert.Equal((Quantity.FromUnits(9), Quantity.FromUnits(18)), (alert.Consumed, alert.Allocated));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TakeAlerts_RaiseEndsAndLeavesItsLimitCrossed_IsToldOnceThen(bool isReloaded)
    {
        _run.Define(BudgetRun.Usd("10") with { Alerts = [50] });
        _run.Adjust(new AdjustCommand("adj-1", Quantity.FromUnits(10), "launch", Until: At("2026-11-23T09:00:00Z")));
        _run.Use("", "6");
        Assert.Empty(_run.TakeRaised());
        if (isReloaded)
            _run.Reload();
        Assert.Equal(At("2026-11-23T09:00:00Z"), _run.Tree.NextChange);
        _run.Now = At("2026-11-23T08:59:59.999999Z");
        Assert.Empty(_run.Tree.TakeAlerts(_run.Now));

        _run.Now = At("2026-11-23T09:00:00Z");
        var alert = Assert.Single(_run.Tree.TakeAlerts(_run.Now));
        _run.Append(alert);

        Assert.Equal((50, Quantity.FromUnits(6), Quantity.FromUnits(10)), (alert.Threshold, alert.Consumed, alert.Allocated));
        Assert.Null(_run.Tree.NextChange);
        _run.Use("", "1");
        Assert.Empty(_run.TakeRaised());
    }

    [Fact]
    public void TakeAlerts_EachScopeAndValue_HasItsOwn()
    {
        _run.Define(BudgetRun.Usd("100") with
        {
            Alerts = [50],
            Children = BudgetRun.Children(("nlp", new BudgetScopeDefinition(Limit: Quantity.FromUnits(8)))),
            PerValue = BudgetRun.PerValue(("customerId", new PerValueDefinition(Limit: Quantity.FromUnits(6)))),
        });

        _run.Settle(_run.Admit("4", "nlp", stating: BudgetRun.Of("c-17")), "4");

        Assert.Equal(["nlp", "customerId=c-17"], _run.TakeRaised().Select(alert => alert.Scope.Value));
    }

    private IEnumerable<int> Thresholds() => _run.TakeRaised().Select(alert => alert.Threshold);

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
