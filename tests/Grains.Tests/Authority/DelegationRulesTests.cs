using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using static GenOps.ControlPlane.Authority.DelegationBook;

namespace GenOps.ControlPlane.Authority;

public sealed class DelegationRulesTests
{
    private static readonly Unit Eur = Unit.Parse("EUR");

    private readonly DelegationBook _book = new();

    [Fact]
    public void Require_Principals_MustFitEachOther()
    {
        var one = DelegationId.Parse("d-1");
        var agent = Principal.Parse("agent:planner");

        Invalid("from", "is required: the principal that grants, 'user:' or 'agent:' and a name of " + NameSyntax.Rule, FromMaria("a") with { From = default });
        Invalid("to", "is required: the agent that is granted, 'agent:' and a name of " + NameSyntax.Rule, FromMaria("a") with { To = Maria });
        Invalid("parent", "is required: agent:planner is an agent and passes on what a delegation granted it; name that one", FromMaria("a") with { From = agent });
        Invalid("parent", "must be absent: user:maria is a person, who holds all authority and passes on no delegation", FromMaria("a") with { Parent = one });
        Invalid("to", "is agent:planner, which grants; name another agent", new(agent, agent, one));
        Invalid("parent", $"is a delegation's id, {NameSyntax.Rule}", new(agent, Principal.Parse("agent:a"), default(DelegationId)));
    }

    [Theory]
    [InlineData("gpt*4", "is gpt*4, but * stands only at the end, for anything that follows")]
    [InlineData("**", "is **, but * stands only at the end, for anything that follows")]
    [InlineData(" ", "must not be empty; * permits everything")]
    [InlineData("a\nb", "contains the control character U+000A")]
    public void Require_NoPattern_IsRefused(string pattern, string message) =>
        Invalid("capabilities.models[1]", message, FromMaria("a", new Capabilities(Models: Names("*", pattern))));

    [Fact]
    public void Require_Lists_AreBounded()
    {
        DelegationRules.Require(FromMaria("a", new Capabilities(Tools: [.. Enumerable.Repeat(new string('x', 128), 64)])));
        Invalid("capabilities.tools", "is a list of at most 64 names, and has 65", FromMaria("a", new Capabilities(Tools: [.. Enumerable.Repeat("x", 65)])));
        Invalid("capabilities.data[0]", "has 129 characters; at most 128 are taken", FromMaria("a", new Capabilities(Data: Names(new string('x', 129)))));
        Invalid("capabilities.regions", "is a list of at most 64 names", FromMaria("a", new Capabilities(Regions: default(System.Collections.Immutable.ImmutableArray<string>))));
    }

    [Fact]
    public void Require_Limits_AreInTheirRanges()
    {
        DelegationRules.Require(Limited(new(Usd("0"), new(Quantity.Zero, Unit.Usd, BudgetPeriod.Year), 1, 1, 1, 16)));
        Invalid("limits.costPerOperation.amount", "must be 0 or more, and less than 1e18", Limited(new(Usd("-1"))));
        Invalid("limits.spend.amount", "must be 0 or more, and less than 1e18", Limited(new(Spend: new(Quantity.Bound, Unit.Usd))));
        Invalid("limits.spend.unit", "is required: an ISO 4217 currency code or a unit's name", Limited(new(Spend: new(Quantity.One, default))));
        Invalid("limits.spend.period", "must be none, hour, day, week, month, quarter or year", Limited(new(Spend: new(Quantity.One, Unit.Usd, (BudgetPeriod)9))));
        Invalid("limits.maxConcurrent", "must be 1 or more; to stop all work, revoke it or suspend the agent", Limited(new(MaxConcurrent: 0)));
        Invalid("limits.requestsPerMinute", "must be 1 or more; to stop all work, revoke it or suspend the agent", Limited(new(RequestsPerMinute: 0)));
        Invalid("limits.tokensPerMinute", "must be from 1 to 1000000000000", Limited(new(TokensPerMinute: 0)));
        Invalid("limits.maxDepth", "must be from 0, so that it can't be passed on, to 16", Limited(new(MaxDepth: 17)));
        Invalid("limits.maxDepth", "must be from 0, so that it can't be passed on, to 16", Limited(new(MaxDepth: -1)));
    }

    [Fact]
    public void Require_TimesAndApproval_MustMakeSense()
    {
        Invalid("expiresAt", "must be later than notBefore", FromMaria("a") with { NotBefore = Noon, ExpiresAt = Noon });
        Invalid("approvalWhen", "column 5: found the end, where a comparison of cost, a number, is meant: == != < <= > >= or in", FromMaria("a") with { ApprovalWhen = "cost" });
        Invalid("approverGroup", "says who approves, but nothing says what; state approvalWhen, too", FromMaria("a") with { ApproverGroup = "managers" });
        Invalid("approverGroup", $"is the name of a group, {NameSyntax.Rule}", FromMaria("a") with { ApprovalWhen = "true", ApproverGroup = "The Managers" });
        DelegationRules.Require(FromMaria("a") with { ApprovalWhen = "true", ApproverGroup = "managers" });
    }

    [Fact]
    public void RequireNarrower_WiderList_NamesThePatternAndTheLinkThatDecides()
    {
        _book.Put("d-1", FromMaria("planner", new(Models: Names("gpt-4o*"), Tools: Names())));
        _book.PassOn("d-1", "d-2", "lead");

        Wider("capabilities.models", "permits gpt-5*, but delegation d-1 permits only gpt-4o*", new(Models: Names("gpt-4o", "gpt-5*")));
        Wider("capabilities.models", "permits *, but delegation d-1 permits only gpt-4o*", new(Models: Names("*")));
        Wider("capabilities.tools", "permits search, but delegation d-1 permits none", new(Tools: Names("search")));
        _book.PassOn("d-2", "d-3", "worker", new(Models: Names("gpt-4o", "gpt-4o-*", "gpt-4o*"), Tools: Names(), Data: Names("pii")));
    }

    [Fact]
    public void RequireNarrower_WiderLimits_NamesBoth()
    {
        _book.Put("d-1", FromMaria("planner", null, new(Usd("0.5"), new(Quantity.FromUnits(50), Unit.Usd, BudgetPeriod.Day), 5, 60, 1_000)));
        _book.PassOn("d-1", "d-2", "lead");

        Wider("limits.costPerOperation", "permits 0.6 USD, but delegation d-1 permits at most 0.5 USD", null, new(Usd("0.6")));
        Wider("limits.spend", "permits 50.1 USD a day, but delegation d-1 permits at most 50 USD a day", null, Spend("50.1", Unit.Usd, BudgetPeriod.Day));
        Wider("limits.spend", "permits 51 USD an hour, but delegation d-1 permits at most 50 USD a day", null, Spend("51", Unit.Usd, BudgetPeriod.Hour));
        Wider("limits.spend", "counts EUR, but delegation d-1 counts USD; one chain counts one unit", null, Spend("1", Eur, BudgetPeriod.Day));
        Wider("limits.maxConcurrent", "permits 6, but delegation d-1 permits at most 5", null, new(MaxConcurrent: 6));
        Wider("limits.requestsPerMinute", "permits 61, but delegation d-1 permits at most 60", null, new(RequestsPerMinute: 61));
        Wider("limits.tokensPerMinute", "permits 1001, but delegation d-1 permits at most 1000", null, new(TokensPerMinute: 1_001));
        _book.PassOn("d-2", "d-3", "a", null, new(new Amount(Quantity.FromUnits(9), Unit.Tokens), new(Quantity.FromUnits(900), Unit.Usd, BudgetPeriod.Week), 5, 60, 1_000));
        _book.PassOn("d-2", "d-4", "b", null, Spend("50", Unit.Usd, BudgetPeriod.Hour));
        _book.PassOn("d-2", "d-5", "c", null, Spend("900", Unit.Usd, null));
    }

    [Fact]
    public void RequireNarrower_WiderTimes_NamesBoth()
    {
        _book.Put("d-1", FromMaria("planner") with { NotBefore = Noon, ExpiresAt = Noon.AddHours(1) });
        _book.PassOn("d-1", "d-2", "lead");
        var child = new DelegationDefinition(Principal.Parse("agent:lead"), Principal.Parse("agent:worker"), DelegationId.Parse("d-2"));

        Refused("notBefore", "begins at 2026-11-23T11:59:59Z, but delegation d-1 begins only at 2026-11-23T12:00:00Z", child with { NotBefore = Noon.AddSeconds(-1) });
        Refused("expiresAt", "ends at 2026-11-23T13:00:01Z, but delegation d-1 ends at 2026-11-23T13:00:00Z", child with { ExpiresAt = Noon.AddHours(1).AddSeconds(1) });
        _book.Put("d-3", child with { NotBefore = Noon, ExpiresAt = Noon.AddHours(1) });
    }

    [Fact]
    public void RequireNarrower_Depth_IsWhatTheChainLeaves()
    {
        _book.Put("d-1", FromMaria("a1", null, new(MaxDepth: 2)));
        Wider("limits.maxDepth", "permits 2 more below, but the chain of delegation d-1 leaves only 1", null, new(MaxDepth: 2), "d-1");
        _book.PassOn("d-1", "d-2", "a2", null, new(MaxDepth: 1));
        _book.PassOn("d-2", "d-3", "a3");
        Wider("parent", "can't be passed on: delegation d-1 permits only 2 more below it (limits.maxDepth)", null, null, "d-3");

        // Lowered later, it stops no one from being narrowed.
        _book.Put("d-1", FromMaria("a1", null, new(MaxDepth: 0)));
        _book.Put("d-3", _book["d-3"].Definition with { Capabilities = new(Tools: Names()) });
        Wider("parent", "can't be passed on: delegation d-1 permits only 0 more below it (limits.maxDepth)", null, null, "d-2");
    }

    [Fact]
    public void RequireNarrower_SixteenInARow_IsTheLongestChain()
    {
        _book.Put("d-1", FromMaria("a1"));
        for (var i = 2; i <= 16; i++)
            _book.PassOn($"d-{i - 1}", $"d-{i}", $"a{i}");

        Wider("parent", "is the last of 16 delegations in a row; a chain has at most 16", null, null, "d-16");
    }

    [Fact]
    public void RequireNarrower_Circle_IsRefused()
    {
        _book.Put("d-1", FromMaria("planner"));
        _book.PassOn("d-1", "d-2", "lead");

        Refused(
            "to", "is agent:planner, but delegation d-1 above grants to agent:planner already: authority isn't passed in a circle",
            new(Principal.Parse("agent:lead"), Principal.Parse("agent:planner"), DelegationId.Parse("d-2")));
    }

    [Fact]
    public void RequireNarrower_ParentIsNotTheGrantors_IsRefused()
    {
        _book.Put("d-1", FromMaria("planner"));

        Refused(
            "parent", "is d-1, and the grantor agent:other, but delegation d-1 is granted to agent:planner, which alone can pass it on",
            new(Principal.Parse("agent:other"), Principal.Parse("agent:worker"), DelegationId.Parse("d-1")));
    }

    [Fact]
    public void RequireNarrower_OneAboveIsRevokedOrMissing_IsRefused()
    {
        _book.Put("d-1", FromMaria("planner"));
        _book.PassOn("d-1", "d-2", "lead");
        var child = new DelegationDefinition(Principal.Parse("agent:lead"), Principal.Parse("agent:worker"), DelegationId.Parse("d-2"));
        var chain = _book.ChainOf("d-2");

        Assert.Equal(
            "parent: names a delegation whose chain does not reach a person; pass on another",
            Assert.Throws<InvalidRequestException>(() => DelegationRules.RequireNarrower(child, chain with { Links = chain.Links.RemoveAt(0) })).Message);
        Assert.Equal(
            "delegation_revoked",
            Assert.Throws<ConflictException>(() => DelegationRules.RequireNarrower(child, chain with { Break = new("x_authority_revoked", "agent:lead is closed", "a/t/lead") })).Code);
        DelegationRules.RequireNarrower(child, chain with { Break = new("x_agent_suspended", "agent:lead is suspended", "a/t/lead") });

        _book.Revoke("d-1");
        var error = Assert.Throws<ConflictException>(() => _book.Put("d-3", child));
        Assert.Equal(
            ("delegation_revoked", "delegation d-1, which this would pass on, was revoked at 2026-11-23T12:00:00Z, for ever; pass on another"),
            (error.Code, error.Message));
    }

    [Fact]
    public void RequireUnchanged_WhatIsFixed_IsAConflict()
    {
        var made = _book.Put("d-1", FromMaria("planner", null, Spend("5", Unit.Usd, null)));

        Fixed("to: delegation d-1 has agent:planner for good, not agent:other; revoke it and make one with another id", made.Definition with { To = Principal.Parse("agent:other") });
        Fixed("from: delegation d-1 has user:maria for good, not user:eve; revoke it and make one with another id", made.Definition with { From = Principal.Parse("user:eve") });
        Fixed("limits.spend: delegation d-1 has USD for all time for good, not none; revoke it and make one with another id", made.Definition with { Limits = null });
        Fixed("limits.spend: delegation d-1 has USD for all time for good, not USD a day; revoke it and make one with another id", made.Definition with { Limits = Spend("5", Unit.Usd, BudgetPeriod.Day) });
        Fixed("limits.spend: delegation d-1 has USD for all time for good, not EUR for all time; revoke it and make one with another id", made.Definition with { Limits = Spend("5", Eur, null) });
        Assert.Equal(2, _book.Put("d-1", made.Definition with { Limits = Spend("7", Unit.Usd, BudgetPeriod.None), ExpiresAt = Noon }).Version);

        _book.Revoke("d-1");
        Assert.Equal("delegation_revoked", Assert.Throws<ConflictException>(() => _book.Put("d-1", made.Definition)).Code);
    }

    private static DelegationDefinition Limited(DelegationLimits limits) => FromMaria("a", null, limits);

    private static DelegationLimits Spend(string amount, Unit unit, BudgetPeriod? period) => new(Spend: new(Quantity.Parse(amount), unit, period));

    private static void Invalid(string field, string rule, DelegationDefinition definition)
    {
        var error = Assert.Throws<InvalidRequestException>(() => DelegationRules.Require(definition));
        Assert.Equal((field, $"{field}: {rule}"), (error.Field, error.Message));
    }

    private void Wider(string field, string rule, Capabilities? capabilities, DelegationLimits? limits = null, string parent = "d-2") =>
        Refused(field, rule, new(_book[parent].Definition.To, Principal.Parse("agent:worker"), DelegationId.Parse(parent), capabilities, limits));

    private void Refused(string field, string rule, DelegationDefinition definition)
    {
        var error = Assert.Throws<InvalidRequestException>(() => _book.Put("new", definition));
        Assert.Equal((field, $"{field}: {rule}"), (error.Field, error.Message));
    }

    private void Fixed(string message, DelegationDefinition definition)
    {
        var error = Assert.Throws<ConflictException>(() => _book.Put("d-1", definition));
        Assert.Equal(("delegation_fixed", message), (error.Code, error.Message));
    }
}
