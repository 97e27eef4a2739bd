using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A limit for each value of an attribute. A stand is <c>spent reserved unresolved overrun remaining</c>.</summary>
public sealed class BudgetOnDemandTests
{
    private readonly BudgetRun _run = new(At("2026-11-23T08:00:00Z"));

    [Fact]
    public void Reserve_FirstUseOfAValue_MakesItsScope_AndEachValueHasItsOwnLimit()
    {
        DefinePerCustomer("1", BudgetPeriod.Day);

        var reserved = Assert.IsType<WorkloadReserved>(_run.Reserve("", BudgetRun.Costs("0.75"), stating: BudgetRun.Of("c-17")));
        _run.Admit("1", stating: BudgetRun.Of("Ä & b"));

        Assert.Equal([ScopePath.Parse("customerId=c-17")], reserved.OnDemand);
        Assert.Equal(Quantity.Parse("0.25"), reserved.Decision.Reservations[0].Remaining);
        Assert.Equal("research/customerId=c-17 limit 1 USD a day", _run.Refuse("0.5", stating: BudgetRun.Of("c-17")).DeterminedBy);
        Assert.Equal(["customerId=%C3%84%20%26%20b", "customerId=c-17"], _run.View().Children!.Items.Select(item => item.Scope.Value));
        Assert.Equal(("0 0.75 0 0 0.25", "0 1 0 0 0", "0 1.75 0 0 98.25"), (_run.Stand("customerId=c-17"), _run.Stand("customerId=%C3%84%20%26%20b"), _run.Stand()));
    }

    [Fact]
    public void Reserve_RulesOnSeveralScopesOfTheWay_CountsInAll()
    {
        var rule = new PerValueDefinition(Limit: Quantity.FromUnits(5));
        _run.Define(BudgetRun.Usd("100") with
        {
            PerValue = BudgetRun.PerValue(("feature", rule), ("customerId", rule)),
            Children = BudgetRun.Children(("nlp", new BudgetScopeDefinition(PerValue: BudgetRun.PerValue(("customerId", rule))))),
        });

        var reserved = Assert.IsType<WorkloadReserved>(_run.Reserve("nlp", BudgetRun.Costs("2"), stating: BudgetRun.Of("c-17", "triage")));

        Assert.Equal(["customerId=c-17", "feature=triage", "nlp/customerId=c-17"], reserved.OnDemand!.Value.Select(path => path.Value));
        _run.Settle(reserved.Id, "3");
        Assert.Equal(("3 0 0 1 2", "3 0 0 1 2", "3 0 0 1 2"), (_run.Stand("customerId=c-17"), _run.Stand("feature=triage"), _run.Stand("nlp/customerId=c-17")));
    }

    [Fact]
    public void Reserve_AttributeMissing_IsRefusedUnlessOptional()
    {
        DefinePerCustomer("1", BudgetPeriod.Day);
        var refused = _run.Refuse("1");
        Assert.Equal(("x_attribute_missing", "research perValue customerId"), (refused.ReasonCode, refused.DeterminedBy));

        DefinePerCustomer("1", BudgetPeriod.Day, isOptional: true);

        Assert.Null(Assert.IsType<WorkloadReserved>(_run.Reserve("", BudgetRun.Costs("2"))).OnDemand);
    }

    [Fact]
    public void Reserve_BoundToAScopeOnDemand_IsMissing()
    {
        DefinePerCustomer("1", BudgetPeriod.Day);
        _run.Admit("1", stating: BudgetRun.Of("c-17"));

        Assert.Equal("x_budget_missing", _run.Refuse("0", "customerId=c-17", BudgetRun.Of("c-17")).ReasonCode);
    }

    [Fact]
    public void Reserve_MoreScopesThanThereMayBe_IsRefused_AndThoseThatAreThereGoOn()
    {
        DefinePerCustomer("9", BudgetPeriod.Day, maxScopes: 2);
        _run.Admit("1", stating: BudgetRun.Of("a"));
        _run.Admit("1", stating: BudgetRun.Of("b"));

        Assert.Equal("x_scopes_exhausted", _run.Refuse("1", stating: BudgetRun.Of("c")).ReasonCode);
        _run.Admit("1", stating: BudgetRun.Of("a"));
        Assert.Equal("0 0 0 0 9", _run.Stand("customerId=c"));
        _run.Now = At("2026-11-24T00:00:00Z");
        _run.Admit("1", stating: BudgetRun.Of("c"));
    }

    [Fact]
    public void Reserve_CreationHasToWait_IsRateLimited_AndNothingAsksForAScopeThatIsThere()
    {
        DefinePerCustomer("9", BudgetPeriod.Day);
        _run.Admit("1", stating: BudgetRun.Of("a"));
        var known = _run.Command(_run.NewId(), "", BudgetRun.Costs("1"), stating: BudgetRun.Of("a"));
        var unknown = _run.Command(_run.NewId(), "", BudgetRun.Costs("1"), stating: BudgetRun.Of("b"));

        Assert.IsType<WorkloadReserved>(_run.Tree.Reserve(known, _run.Now, _ => throw new InvalidOperationException("asked")));
        var limited = Assert.IsType<WorkloadRefused>(_run.Tree.Reserve(unknown, _run.Now, count => TimeSpan.FromMilliseconds(700 * count))).Decision;

        Assert.Equal((DecisionResult.RateLimited, "RATE_LIMITED", 700L), (limited.Result, limited.ReasonCode, limited.RetryAfterMs));
    }

    [Fact]
    public void Settle_AfterItsScopeHasBegunAnew_DoesNotCountThere()
    {
        DefinePerCustomer("1", BudgetPeriod.Day);
        var id = _run.Admit("1", stating: BudgetRun.Of("c-17"));
        _run.Now = At("2026-11-24T00:00:00Z");
        Assert.Empty(_run.View().Children!.Items);
        _run.Admit("0.25", stating: BudgetRun.Of("c-17"));

        _run.Settle(id, "4");

        Assert.Equal(("0 0.25 0 0 0.75", "4 0.25 0 3 95.75"), (_run.Stand("customerId=c-17"), _run.Stand()));
    }

    [Fact]
    public void Define_RuleGainsALimit_CountsWhatItsValuesUsedInThatWindow()
    {
        DefinePerCustomer("5", BudgetPeriod.Day);
        _run.Admit("3", stating: BudgetRun.Of("c-17"));
        _run.Define(BudgetRun.Usd("100") with
        {
            PerValue = BudgetRun.PerValue(("customerId", new PerValueDefinition(
                [new BudgetLimit(Quantity.FromUnits(5), BudgetPeriod.Day), new BudgetLimit(Quantity.FromUnits(7), BudgetPeriod.Month)]))),
        });

        _run.Now = At("2026-11-24T00:00:00Z");

        Assert.Equal(("0 0 0 0 5", "0 3 0 0 4"), (_run.Stand("customerId=c-17", 0), _run.Stand("customerId=c-17", 1)));
        Assert.Equal("research/customerId=c-17 limit 7 USD a month", _run.Refuse("4.5", stating: BudgetRun.Of("c-17")).DeterminedBy);
        _run.Reload();
        Assert.Equal("0 3 0 0 4", _run.Stand("customerId=c-17", 1));
    }

    [Fact]
    public void Define_RuleGainsALongerLimitAfterAValueLapsed_CountsWhatItUsedBefore()
    {
        DefinePerCustomer("5", BudgetPeriod.Hour);
        _run.Settle(_run.Admit("5", stating: BudgetRun.Of("c-17")), "5");
        _run.Now = At("2026-11-23T10:00:00Z");
        Assert.Empty(_run.View().Children!.Items);

        _run.Define(BudgetRun.Usd("100") with
        {
            PerValue = BudgetRun.PerValue(("customerId", new PerValueDefinition(
                [new BudgetLimit(Quantity.FromUnits(5), BudgetPeriod.Hour), new BudgetLimit(Quantity.FromUnits(6), BudgetPeriod.Month)]))),
        });

        Assert.Equal(("0 0 0 0 5", "5 0 0 0 1"), (_run.Stand("customerId=c-17", 0), _run.Stand("customerId=c-17", 1)));
        Assert.Equal("research/customerId=c-17 limit 6 USD a month", _run.Refuse("5", stating: BudgetRun.Of("c-17")).DeterminedBy);
        _run.Refold();
        Assert.Equal("5 0 0 0 1", _run.Stand("customerId=c-17", 1));
        _run.Admit("1", stating: BudgetRun.Of("c-17"));
    }

    [Theory]
    [InlineData(1_000, 1_001, "0.01 2 0 0.01 4.99")]
    [InlineData(1_001, 2, "0 2 0 0 5")]
    public void Admit_MoreLapsedScopesThanAreKept_LeaveMemoryAtTheNextEntry(int values, int expectedWeight, string expectedInTheMonth)
    {
        DefinePerCustomer("5", BudgetPeriod.Day, maxScopes: 1_001);
        for (var value = 0; value < values; value++)
            _run.Use("", "0.01", report => report with { Attribution = report.Attribution with { CustomerId = $"c-{value}" } });
        _run.Now = At("2026-11-24T00:00:00Z");
        Assert.Equal(values, _run.Tree.Weight);

        _run.Admit("2", stating: BudgetRun.Of("c-7"));

        // The scopes, and the hold.
        Assert.Equal(expectedWeight, _run.Tree.Weight);
        Assert.Equal("0 2 0 0 3", _run.Stand("customerId=c-7"));
        Assert.Equal("customerId=c-7", Assert.Single(_run.View().Children!.Items).Scope.Value);
        Assert.Equal("research/customerId=c-7 limit 5 USD a day", _run.Refuse("3.5", stating: BudgetRun.Of("c-7")).DeterminedBy);
        _run.Refold();
        Assert.Equal((expectedWeight, "0 2 0 0 3"), (_run.Tree.Weight, _run.Stand("customerId=c-7")));

        // A longer limit counts what memory has.
        _run.Define(BudgetRun.Usd("100") with
        {
            PerValue = BudgetRun.PerValue(("customerId", new PerValueDefinition(
                [new BudgetLimit(Quantity.FromUnits(5), BudgetPeriod.Day), new BudgetLimit(Quantity.FromUnits(7), BudgetPeriod.Month)]))),
        });
        Assert.Equal(("0 2 0 0 3", expectedInTheMonth), (_run.Stand("customerId=c-7", 0), _run.Stand("customerId=c-7", 1)));
    }

    [Fact]
    public void Record_InAScopeThatIsNotDefined_CountsInTheValuesAbove()
    {
        DefinePerCustomer("5", BudgetPeriod.Day);

        var usage = _run.Use("gone/bot", "2", report => report with { Attribution = report.Attribution with { CustomerId = "c-17" } });

        Assert.Equal([ScopePath.Parse("customerId=c-17")], usage.OnDemand);
        Assert.Equal("2 0 0 2 3", _run.Stand("customerId=c-17"));
    }

    [Fact]
    public void Record_BeyondTheNumberOfScopes_CountsInThoseThatAreThere()
    {
        DefinePerCustomer("5", BudgetPeriod.Day, maxScopes: 1);
        _run.Admit("1", stating: BudgetRun.Of("a"));

        Assert.Null(_run.Use("", "2", report => report with { Attribution = report.Attribution with { CustomerId = "b" } }).OnDemand);

        Assert.Equal("2 1 0 2 97", _run.Stand());
    }

    private void DefinePerCustomer(string limit, BudgetPeriod period, bool? isOptional = null, int? maxScopes = null) => _run.Define(BudgetRun.Usd("100") with
    {
        PerValue = BudgetRun.PerValue(("customerId", new PerValueDefinition(Limit: Quantity.Parse(limit), Period: period, Optional: isOptional))),
        MaxScopes = maxScopes,
    });

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
