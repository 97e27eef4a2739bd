using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Credits, debits and raises. A stand is <c>spent reserved unresolved overrun remaining</c>.</summary>
public sealed class BudgetAdjustmentTests
{
    private readonly BudgetRun _run = new(At("2026-11-23T08:00:00Z"));

    [Fact]
    public void Adjust_CreditAndDebit_ChangeWhatIsSpentHereAndAbove_AndAreNoOverrun()
    {
        _run.Define(BudgetRun.Usd("10") with
        {
            Children = BudgetRun.Children(("nlp", new BudgetScopeDefinition(Limit: Quantity.FromUnits(5))), ("ocr", new BudgetScopeDefinition(Limit: Quantity.FromUnits(5)))),
        });

        _run.Adjust(new AdjustCommand("adj-1", Quantity.FromUnits(2), "goodwill", ScopePath.Parse("nlp")));
        _run.Adjust(new AdjustCommand("adj-2", Quantity.FromUnits(-3), "invoice 12"));

        Assert.Equal(("1 0 0 0 9", "-2 0 0 0 7", "0 0 0 0 5"), (_run.Stand(), _run.Stand("nlp"), _run.Stand("ocr")));
        _run.Admit("7", "nlp");
    }

    [Fact]
    public void Adjust_InARunningWindow_DoesNotCountInTheNext()
    {
        _run.Define(new BudgetDefinition(
            Unit.Usd, [new BudgetLimit(Quantity.FromUnits(10), BudgetPeriod.Day), new BudgetLimit(Quantity.FromUnits(20), BudgetPeriod.Month)]));
        _run.Adjust(new AdjustCommand("adj-1", Quantity.FromUnits(4), "goodwill"));
        Assert.Equal("-4 0 0 0 14", _run.Stand());

        _run.Now = At("2026-11-24T00:00:00Z");

        Assert.Equal(("0 0 0 0 10", "-4 0 0 0 24"), (_run.Stand(row: 0), _run.Stand(row: 1)));
    }

    [Fact]
    public void Adjust_RaiseUntil_RaisesThatScopesLimitsWhileItLasts()
    {
        _run.Define(new BudgetDefinition(
            Unit.Usd, [new BudgetLimit(Quantity.FromUnits(1), BudgetPeriod.Day), new BudgetLimit(Quantity.FromUnits(8), BudgetPeriod.Month)]));
        _run.Adjust(new AdjustCommand("adj-1", Quantity.FromUnits(2), "launch", Until: At("2026-11-23T10:00:00Z")));
        _run.Adjust(new AdjustCommand("adj-2", Quantity.FromUnits(3), "launch", Until: At("2026-11-23T09:00:00Z"), Period: BudgetPeriod.Day));

        Assert.Equal([(6, 5), (10, 2)], Limits());
        _run.Admit("6");
        _run.Now = At("2026-11-23T08:59:59.999999Z");
        Assert.Equal([(6, 5), (10, 2)], Limits());
        _run.Now = At("2026-11-23T09:00:00Z");
        Assert.Equal([(3, 2), (10, 2)], Limits());
        Assert.Equal("0 6 0 0 -3", _run.Stand());
        _run.Now = At("2026-11-23T10:00:00Z");
        Assert.Equal([(1, null), (8, null)], Limits());
        Assert.Equal("BUDGET_EXCEEDED", _run.Refuse("1").ReasonCode);
    }

    [Fact]
    public void Adjust_OneValueOfARule_CountsThereAndAbove()
    {
        _run.Define(BudgetRun.Usd("10") with { PerValue = BudgetRun.PerValue(("customerId", new PerValueDefinition(Limit: Quantity.One))) });

        _run.Adjust(new AdjustCommand("adj-1", Quantity.FromUnits(2), "goodwill", ScopePath.Parse("customerId=c-17")));
        _run.Adjust(new AdjustCommand("adj-2", Quantity.FromUnits(1), "launch", ScopePath.Parse("customerId=c-18"), At("2026-12-01T00:00:00Z")));

        Assert.Equal(("-2 0 0 0 3", "0 0 0 0 2", "-2 0 0 0 12"), (_run.Stand("customerId=c-17"), _run.Stand("customerId=c-18"), _run.Stand()));
        _run.Admit("3", stating: BudgetRun.Of("c-17"));
        Assert.Equal("BUDGET_RESERVATION_FAILED", _run.Refuse("2.5", stating: BudgetRun.Of("c-18")).ReasonCode);
    }

    [Fact]
    public void Adjust_SameIdAgain_IsNoEventAlsoWhenTheRaiseIsOver_AndOtherContentConflicts()
    {
        _run.Define(BudgetRun.Usd("10"));
        var credit = new AdjustCommand("adj-1", Quantity.FromUnits(2), "goodwill");
        var raise = new AdjustCommand("adj-2", Quantity.FromUnits(2), "launch", Until: At("2026-11-23T10:00:00Z"));
        Assert.NotNull(_run.Adjust(credit));
        Assert.NotNull(_run.Adjust(raise));
        _run.Now = At("2026-11-24T00:00:00Z");
        _run.Reload();

        Assert.Null(_run.Adjust(credit));
        Assert.Null(_run.Adjust(credit with { Amount = Quantity.Parse("2.00"), Scope = ScopePath.Root }));
        Assert.Null(_run.Adjust(raise));

        Assert.Equal("idempotency_conflict", Assert.Throws<ConflictException>(() => _run.Adjust(credit with { Reason = "other" })).Code);
        Assert.Equal("idempotency_conflict", Assert.Throws<ConflictException>(() => _run.Adjust(raise with { Until = null })).Code);
        Assert.Equal("-2 0 0 0 12", _run.Stand());
    }

    [Theory]
    [InlineData("Adj 1", "1", "why", null, null, "id")]
    [InlineData("adj-1", "1", "", null, null, "reason")]
    [InlineData("adj-1", "0", "why", null, null, "amount")]
    [InlineData("adj-1", "1000000000000000000", "why", null, null, "amount")]
    [InlineData("adj-1", "-1000000000000000000", "why", null, null, "amount")]
    [InlineData("adj-1", "1", "why", null, BudgetPeriod.Day, "period")]
    [InlineData("adj-1", "0", "why", "2026-12-01T00:00:00Z", null, "amount")]
    [InlineData("adj-1", "-1", "why", "2026-12-01T00:00:00Z", null, "amount")]
    [InlineData("adj-1", "1", "why", "2026-11-23T08:00:00Z", null, "until")]
    [InlineData("adj-1", "1", "why", "2026-12-01T00:00:00Z", BudgetPeriod.Week, "period")]
    public void Adjust_BadField_IsNamed(string id, string amount, string reason, string? until, BudgetPeriod? period, string field)
    {
        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day));
        var command = new AdjustCommand(id, Quantity.Parse(amount), reason, null, until is null ? null : At(until), period);

        Assert.Equal(field, Assert.Throws<InvalidRequestException>(() => _run.Adjust(command)).Field);
    }

    [Fact]
    public void Adjust_UnknownBudgetOrScope_IsNotFound_AndOneThatWasUsedIsKnown()
    {
        var command = new AdjustCommand("adj-1", Quantity.One, "goodwill", ScopePath.Parse("nlp"));
        Assert.Equal("budget_not_found", Assert.Throws<NotFoundException>(() => _run.Adjust(command)).Code);
        _run.Define(BudgetRun.Usd("10"));
        Assert.Equal("scope_not_found", Assert.Throws<NotFoundException>(() => _run.Adjust(command)).Code);
        _run.Use("nlp", "2");

        Assert.NotNull(_run.Adjust(command));

        Assert.Equal("1 0 0 2 -", _run.Stand("nlp"));
    }

    [Fact]
    public void Adjust_MoreOftenThanAllowed_IsExhausted()
    {
        var run = new BudgetRun(_run.Now, new BudgetTreeOptions { AdjustmentsMax = 1 });
        run.Define(BudgetRun.Usd("10"));
        run.Adjust(new AdjustCommand("adj-1", Quantity.One, "goodwill"));

        Assert.Null(run.Adjust(new AdjustCommand("adj-1", Quantity.One, "goodwill")));
        Assert.Equal(
            "adjustments_exhausted", Assert.Throws<ConflictException>(() => run.Adjust(new AdjustCommand("adj-2", Quantity.One, "goodwill"))).Code);
    }

    private IEnumerable<(int Limit, int? Raised)> Limits() =>
        _run.View().Limits.Select(row => ((int)row.Limit!.Value.ToDouble(), (int?)row.Raised?.ToDouble()));

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
