using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Budgets;

public sealed class BudgetPlanTests
{
    public static TheoryData<string, string> Bad { get; } = new()
    {
        { "no unit", "unit" },
        { "negative limit", "limits[0].limit" },
        { "limit of 1e18", "limits[0].limit" },
        { "negative short limit", "limit" },
        { "limits without a list", "limits" },
        { "unknown period of a limit", "limits[1].period" },
        { "unknown period", "period" },
        { "unknown onExpiry", "onExpiry" },
        { "period twice", "limits[1].period" },
        { "limit and limits", "limit" },
        { "nine limits", "limits" },
        { "no limit in limits", "limits[0]" },
        { "unknown zone", "timeZone" },
        { "empty zone", "timeZone" },
        { "zone of Windows", "timeZone" },
        { "zone of this machine", "timeZone" },
        { "zone outside", "timeZone" },
        { "offset as zone", "timeZone" },
        { "long zone", "timeZone" },
        { "zone in capitals", "timeZone" },
        { "negative default price", "defaultPrice" },
        { "negative default output price", "defaultPrice" },
        { "huge default price", "defaultPrice" },
        { "default price in another unit", "defaultPrice.currency" },
        { "bad child name", "children" },
        { "empty child name", "children" },
        { "slash in child name", "children" },
        { "no child", "children.nlp" },
        { "child too deep", "children.n.children.n.children.n.children.n.children.n.children.n.children.n.children.n.children.n.children.n.children.n.children.n.children.n.children.n.children.n.children.n.children" },
        { "negative limit of a child", "children.nlp.limit" },
        { "limit and limits of a grandchild", "children.nlp.children.bot.limit" },
        { "unknown period of a child", "children.nlp.period" },
        { "too many scopes", "children" },
        { "unknown weekday", "weekStart" },
        { "month 0", "fiscalYearStart" },
        { "month 13", "fiscalYearStart" },
        { "warning at 0", "warnAt" },
        { "warning at 101", "warnAt" },
        { "unknown mode", "mode" },
        { "unknown estimate", "estimate" },
        { "no scopes on demand", "maxScopes" },
        { "a million and one scopes on demand", "maxScopes" },
        { "alerts without a list", "alerts" },
        { "seventeen alerts", "alerts" },
        { "alert at 0", "alerts[1]" },
        { "alert at 1001", "alerts[0]" },
        { "alert twice", "alerts[2]" },
        { "rule for what makes no scopes", "perValue.region" },
        { "no rule", "perValue.customerId" },
        { "rule without a limit", "perValue.customerId.limit" },
        { "rule with an empty list", "perValue.customerId.limit" },
        { "unknown period of a rule", "perValue.customerId.period" },
        { "negative limit of a rule", "children.nlp.perValue.customerId.limit" },
        { "period twice in a rule", "perValue.customerId.limits[1].period" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void From_BadDefinition_NamesTheField(string fault, string field) =>
        Assert.Equal(field, Assert.Throws<InvalidRequestException>(() => BudgetPlan.From(Broken(fault))).Field);

    [Fact]
    public void From_ShortForm_IsOneLimitOfItsPeriod()
    {
        var plan = BudgetPlan.From(BudgetRun.Usd("5000", BudgetPeriod.Month));

        Assert.Equal([new LimitTerm(Quantity.FromUnits(5000), BudgetPeriod.Month)], plan.Scopes[ScopePath.Root].Limits);
        Assert.Equal("UTC", plan.ZoneId);
        Assert.Equal(ExpiryAction.Keep, plan.OnExpiry);
        Assert.Null(plan.DefaultPrice);
    }

    [Fact]
    public void From_ChildWithoutPeriod_InheritsTheNearestPeriodAbove()
    {
        var bot = new BudgetScopeDefinition(Limit: Quantity.One);
        var plan = BudgetPlan.From(BudgetRun.Usd("9", BudgetPeriod.Month) with
        {
            Children = BudgetRun.Children(
                ("plain", new BudgetScopeDefinition(Children: BudgetRun.Children(("bot", bot)))),
                ("daily", new BudgetScopeDefinition(Period: BudgetPeriod.Day, Children: BudgetRun.Children(("bot", bot))))),
        });

        Assert.Equal([new LimitTerm(Quantity.One, BudgetPeriod.Month)], plan.Scopes[ScopePath.Parse("plain/bot")].Limits);
        Assert.Equal([new LimitTerm(Quantity.One, BudgetPeriod.Day)], plan.Scopes[ScopePath.Parse("daily/bot")].Limits);
        Assert.Empty(plan.Scopes[ScopePath.Parse("plain")].Limits);
        Assert.Empty(plan.Scopes[ScopePath.Parse("daily")].Limits);
        Assert.Equal(5, plan.Scopes.Count);
    }

    [Fact]
    public void From_ListWithoutPeriod_AsksChildrenForTheirs()
    {
        var listed = new BudgetDefinition(
            Unit.Usd,
            [new BudgetLimit(Quantity.FromUnits(5000), BudgetPeriod.Month), new BudgetLimit(Quantity.FromUnits(400), BudgetPeriod.Day)]);
        BudgetPlan Nlp(BudgetScopeDefinition scope) => BudgetPlan.From(listed with { Children = BudgetRun.Children(("nlp", scope)) });

        Assert.Equal("children.nlp.period", Assert.Throws<InvalidRequestException>(() => Nlp(new BudgetScopeDefinition(Limit: Quantity.One))).Field);
        var plan = Nlp(new BudgetScopeDefinition(Limit: Quantity.One, Period: BudgetPeriod.None));
        Assert.Equal([BudgetPeriod.Month, BudgetPeriod.Day], plan.Scopes[ScopePath.Root].Limits.Select(limit => limit.Period));
        Assert.Equal([new LimitTerm(Quantity.One, BudgetPeriod.None)], plan.Scopes[ScopePath.Parse("nlp")].Limits);
    }

    [Fact]
    public void From_DeepestAndLargest_Fits()
    {
        Assert.Equal(ScopePath.DepthMax + 1, BudgetPlan.From(Nested(ScopePath.DepthMax)).Scopes.Count);
        Assert.Equal(BudgetDefinitionRules.ScopesMax, BudgetPlan.From(Wide(BudgetDefinitionRules.ScopesMax - 1)).Scopes.Count);
        Assert.Equal(
            Quantity.Zero, BudgetPlan.From(BudgetRun.Usd("0")).Scopes[ScopePath.Root].Limits[0].Limit);
    }

    [Theory]
    [InlineData("UTC")]
    [InlineData("Etc/UTC")]
    [InlineData("Etc/GMT+5")]
    [InlineData("America/Argentina/Buenos_Aires")]
    [InlineData("America/Port-au-Prince")]
    public void From_IanaZone_IsTaken(string name) =>
        Assert.Equal(name, BudgetPlan.From(new BudgetDefinition(Unit.Usd, TimeZone: name)).ZoneId);

    private static BudgetDefinition Nested(int depth)
    {
        BudgetScopeDefinition? below = null;
        for (var i = 0; i < depth; i++)
            below = new BudgetScopeDefinition(Children: below is null ? null : BudgetRun.Children(("n", below)));
        return new BudgetDefinition(Unit.Usd, Children: BudgetRun.Children(("n", below!)));
    }

    private static BudgetDefinition Wide(int count) =>
        new(Unit.Usd, Children: BudgetRun.Children([.. Enumerable.Range(0, count).Select(i => ($"s{i}", new BudgetScopeDefinition()))]));

    private static BudgetDefinition Broken(string fault)
    {
        var good = new BudgetDefinition(Unit.Usd);
        var child = new BudgetScopeDefinition();
        var rule = new PerValueDefinition(Limit: Quantity.One);
        return fault switch
        {
            "no unit" => good with { Unit = default },
            "negative limit" => good with { Limits = [new(Quantity.Parse("-0.000000000001"), BudgetPeriod.Day)] },
            "limit of 1e18" => good with { Limits = [new(Quantity.FromUnits(1_000_000_000_000_000_000), BudgetPeriod.Day)] },
            "negative short limit" => good with { Limit = Quantity.Parse("-1") },
            "unknown period of a limit" => good with { Limits = [new(Quantity.One, BudgetPeriod.Day), new(Quantity.One, (BudgetPeriod)99)] },
            "unknown period" => good with { Period = (BudgetPeriod)99 },
            "unknown onExpiry" => good with { OnExpiry = (ExpiryAction)99 },
            "period twice" => good with { Limits = [new(Quantity.One, BudgetPeriod.Day), new(Quantity.Zero, BudgetPeriod.Day)] },
            "limit and limits" => good with { Limit = Quantity.One, Limits = [] },
            "nine limits" => good with { Limits = [.. Enumerable.Repeat(new BudgetLimit(Quantity.One, BudgetPeriod.Day), 9)] },
            "no limit in limits" => good with { Limits = [null!] },
            "unknown zone" => good with { TimeZone = "Europe/Atlantis" },
            "empty zone" => good with { TimeZone = "" },
            "zone of Windows" => good with { TimeZone = "W. Europe Standard Time" },
            "zone of this machine" => good with { TimeZone = "localtime" },
            "zone outside" => good with { TimeZone = "../zoneinfo/Europe/Berlin" },
            "offset as zone" => good with { TimeZone = "+01:00" },
            "zone in capitals" => good with { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin").Id.ToUpperInvariant() },
            "limits without a list" => good with { Limits = default(ImmutableArray<BudgetLimit>) },
            "long zone" => good with { TimeZone = new string('A', 65) },
            "negative default price" => good with { DefaultPrice = new DefaultPrice(Quantity.Parse("-1"), Quantity.One, Unit.Usd) },
            "negative default output price" => good with { DefaultPrice = new DefaultPrice(Quantity.One, Quantity.Parse("-1"), Unit.Usd) },
            "huge default price" => good with { DefaultPrice = new DefaultPrice(Quantity.FromUnits(100_000_000_001), Quantity.One, Unit.Usd) },
            "default price in another unit" => good with { DefaultPrice = new DefaultPrice(Quantity.One, Quantity.One, Unit.Parse("EUR")) },
            "bad child name" => good with { Children = BudgetRun.Children(("NLP", child)) },
            "empty child name" => good with { Children = BudgetRun.Children(("", child)) },
            "slash in child name" => good with { Children = BudgetRun.Children(("a/b", child)) },
            "no child" => good with { Children = BudgetRun.Children(("nlp", null!)) },
            "child too deep" => Nested(ScopePath.DepthMax + 1),
            "negative limit of a child" => good with { Children = BudgetRun.Children(("nlp", child with { Limit = Quantity.Parse("-1") })) },
            "limit and limits of a grandchild" => good with
            {
                Children = BudgetRun.Children(("nlp", child with
                {
                    Children = BudgetRun.Children(("bot", child with { Limit = Quantity.One, Limits = [new(Quantity.One, BudgetPeriod.Day)] })),
                })),
            },
            "unknown period of a child" => good with { Children = BudgetRun.Children(("nlp", child with { Period = (BudgetPeriod)99 })) },
            "too many scopes" => Wide(BudgetDefinitionRules.ScopesMax),
            "unknown weekday" => good with { WeekStart = (WeekDay)7 },
            "month 0" => good with { FiscalYearStart = 0 },
            "month 13" => good with { FiscalYearStart = 13 },
            "warning at 0" => good with { WarnAt = 0 },
            "warning at 101" => good with { WarnAt = 101 },
            "unknown mode" => good with { Mode = (BudgetMode)2 },
            "unknown estimate" => good with { Estimate = (EstimateBasis)2 },
            "no scopes on demand" => good with { MaxScopes = 0 },
            "a million and one scopes on demand" => good with { MaxScopes = 1_000_001 },
            "alerts without a list" => good with { Alerts = default(ImmutableArray<int>) },
            "seventeen alerts" => good with { Alerts = [.. Enumerable.Range(1, 17)] },
            "alert at 0" => good with { Alerts = [50, 0] },
            "alert at 1001" => good with { Alerts = [1001] },
            "alert twice" => good with { Alerts = [50, 80, 50] },
            "rule for what makes no scopes" => good with { PerValue = BudgetRun.PerValue(("region", rule)) },
            "no rule" => good with { PerValue = BudgetRun.PerValue(("customerId", null!)) },
            "rule without a limit" => good with { PerValue = BudgetRun.PerValue(("customerId", new PerValueDefinition())) },
            "rule with an empty list" => good with { PerValue = BudgetRun.PerValue(("customerId", new PerValueDefinition([]))) },
            "unknown period of a rule" => good with { PerValue = BudgetRun.PerValue(("customerId", rule with { Period = (BudgetPeriod)99 })) },
            "negative limit of a rule" => good with
            {
                Children = BudgetRun.Children(("nlp", child with { PerValue = BudgetRun.PerValue(("customerId", rule with { Limit = Quantity.Parse("-1") })) })),
            },
            "period twice in a rule" => good with
            {
                PerValue = BudgetRun.PerValue(("customerId", new PerValueDefinition([new(Quantity.One, BudgetPeriod.Day), new(Quantity.Zero, BudgetPeriod.Day)]))),
            },
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
        };
    }
}
