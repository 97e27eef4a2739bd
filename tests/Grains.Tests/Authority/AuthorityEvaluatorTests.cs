using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Authority.DelegationBook;

namespace GenOps.ControlPlane.Authority;

public sealed class AuthorityEvaluatorTests
{
    private readonly DelegationBook _book = new();

    [Fact]
    public void Evaluate_NothingWasGranted_SaysWhoCanMendIt() =>
        Refuses(
            Ask("worker"),
            "x_authority_missing",
            "agent worker",
            "agent worker was granted nothing, and what is not granted is refused; have a person, or an agent that may, delegate to agent:worker");

    [Fact]
    public void Evaluate_ModelThatTheOwnDelegationDoesNotPermit_SaysWhichLinkAndWhatItPermits()
    {
        Chain(new Capabilities(Models: Names("gpt-4o*", "o4-mini")));

        Refuses(
            Ask("worker") with { Model = "gpt-5" },
            "POLICY_DENY_MODEL",
            "delegation d-2",
            "the model gpt-5 is not permitted: delegation d-2 from agent:planner to agent:worker permits gpt-4o*, o4-mini; ask for one of these, or have its grantor widen it");
        Assert.Equal(["d-1", "d-2"], Permitted(Ask("worker") with { Model = "gpt-4o-mini" }).Chain.Ids.Select(id => id.Value));
    }

    [Fact]
    public void Evaluate_EachCapability_HasItsOwnCode()
    {
        Chain(new Capabilities(Names("tool"), Names("search"), Names("openai"), Names("gpt-4o"), Names("eu-*"), Names("public")));
        var fine = Ask("worker", "tool") with { Tool = "search", Provider = "openai", Model = "gpt-4o", Region = "eu-west", DataClassifications = ["public"] };

        Assert.Null(_book.Evaluate(fine).Fault);
        Assert.Equal("x_capability_denied", Code(fine with { Operation = new Operation("answer", "inference"), Tool = "pay" }));
        Assert.Equal("x_tool_denied", Code(fine with { Tool = "pay", Provider = "anthropic" }));
        Assert.Equal("x_provider_denied", Code(fine with { Provider = "anthropic", Model = "o4" }));
        Assert.Equal("POLICY_DENY_MODEL", Code(fine with { Model = "GPT-4o", Region = "us" }));
        Assert.Equal("POLICY_DENY_REGION", Code(fine with { Region = "us", DataClassifications = ["pii"] }));
        Assert.Equal("x_data_denied", Code(fine with { DataClassifications = ["public", "pii"] }));
    }

    [Fact]
    public void Evaluate_TheRequestNamesNothing_ListsOfToolsAndModelsAreNotLookedAt()
    {
        Chain(new Capabilities(Tools: Names(), Providers: Names(), Models: Names(), Regions: Names(), Data: Names()));

        Assert.Null(_book.Evaluate(Ask("worker")).Fault);
        Refuses(
            Ask("worker") with { Tool = "pay" },
            "x_tool_denied",
            "delegation d-2",
            "the tool pay is not permitted: delegation d-2 from agent:planner to agent:worker permits no tool at all; have its grantor widen it");
    }

    [Fact]
    public void Evaluate_LongList_IsToldInPart()
    {
        Chain(new Capabilities(Regions: [.. Enumerable.Range(0, 12).Select(i => $"r{i}")]));

        Assert.Equal(
            "the region us is not permitted: delegation d-2 from agent:planner to agent:worker permits r0, r1, r2, r3, r4, r5, r6, r7 and 4 more; ask for one of these, or have its grantor widen it",
            _book.Evaluate(Ask("worker") with { Region = "us" }).Fault!.Reason);
    }

    [Fact]
    public void Evaluate_ParentIsNarrowedLater_NarrowsTheChild()
    {
        Chain(new Capabilities(Tools: Names("search")));
        _book.Put("d-1", FromMaria("planner", new Capabilities(Tools: Names("pay"))));

        Refuses(
            Ask("worker") with { Tool = "search" },
            "x_tool_denied",
            "delegation d-1",
            "the tool search is not permitted: delegation d-1 from user:maria to agent:planner permits pay; ask for that, or have its grantor widen it");
    }

    [Fact]
    public void Evaluate_CostBeyondTheLimit_SaysBoth()
    {
        Chain(null, new DelegationLimits(Usd("0.5")));

        Assert.Null(_book.Evaluate(Ask("worker"), "0.5").Fault);
        Refuses(
            Ask("worker"),
            "x_cost_per_operation",
            "delegation d-2",
            "an estimated cost of 0.7 USD is not permitted: delegation d-2 from agent:planner to agent:worker permits at most 0.5 USD per operation; ask for less, or have its grantor raise it",
            "0.7");
        Refuses(
            Ask("worker"),
            "x_cost_per_operation",
            "delegation d-2",
            "nobody can tell what this costs in USD, and delegation d-2 from agent:planner to agent:worker permits at most 0.5 USD per operation; name a model that has a price, or state an amount in USD",
            null);
    }

    [Fact]
    public void Evaluate_TheRequestDoesNotTellItsCost_IsAskedForIt()
    {
        Chain(null, new DelegationLimits(Usd("0.5")));

        Assert.Equal("estimate_required", Assert.Throws<InvalidRequestException>(() => AuthorityEvaluator.Evaluate(
            AgentId.Parse("worker"), _book.ChainsOf("worker"), Ask("worker"), Noon,
            _ => throw new InvalidRequestException("estimate", "is required", "estimate_required"))).Code);
    }

    [Fact]
    public void Evaluate_OutOfItsTime_SaysWhen()
    {
        _book.Put("d-1", FromMaria("worker") with { NotBefore = Noon, ExpiresAt = Noon.AddMinutes(90).AddMilliseconds(5) });

        Refuses(
            Ask("worker"), "x_authority_expired", "delegation d-1",
            "delegation d-1 from user:maria to agent:worker begins at 2026-11-23T12:00:00Z; ask again then, or have its grantor let it begin earlier",
            now: Noon.AddTicks(-1));
        Assert.Null(_book.Evaluate(Ask("worker"), now: Noon).Fault);
        Refuses(
            Ask("worker"), "x_authority_expired", "delegation d-1",
            "delegation d-1 from user:maria to agent:worker expired at 2026-11-23T13:30:00.005Z; have its grantor let it end later",
            now: Noon.AddMinutes(90).AddMilliseconds(5));
    }

    [Fact]
    public void Evaluate_TopmostIsRevoked_StopsEverythingBelow()
    {
        Chain();
        _book.Revoke("d-1");

        Refuses(
            Ask("worker"), "x_authority_revoked", "delegation d-1",
            "delegation d-1 from user:maria to agent:planner was revoked at 2026-11-23T12:00:00Z by user:maria: it was leaked; it stays revoked, have a new one made");
    }

    [Fact]
    public void Evaluate_ChainDoesNotReachAPerson_IsMissing()
    {
        Chain();
        var chain = _book.ChainOf("d-2");
        var cut = chain with { Links = chain.Links.RemoveAt(0) };

        Assert.Equal(
            new AuthorityFault(
                "x_authority_missing",
                "delegation d-2 from agent:planner to agent:worker passes on delegation d-1, which agent:planner was not granted; have a new one made",
                "delegation d-2"),
            AuthorityEvaluator.Evaluate(AgentId.Parse("worker"), [cut], Ask("worker"), Noon, _ => null).Fault);
        Assert.Equal(
            "x_authority_missing",
            AuthorityEvaluator.Evaluate(AgentId.Parse("worker"), [chain with { Links = [] }], Ask("worker"), Noon, _ => null).Fault!.Code);
    }

    [Fact]
    public void Evaluate_ChainOfAnotherAgent_IsADefect()
    {
        Chain();
        Assert.Throws<InvariantViolationException>(() =>
            AuthorityEvaluator.Evaluate(AgentId.Parse("planner"), [_book.ChainOf("d-2")], Ask("planner"), Noon, _ => null));
    }

    [Fact]
    public void Evaluate_SeveralDelegations_ThoseWithoutApprovalComeFirstThenByName()
    {
        foreach (var id in new[] { "c", "a", "e", "b", "d" })
            _book.Put(id, FromMaria("worker") with { ApprovalWhen = id is "a" or "d" ? "tool == \"refund\"" : null });

        Assert.Equal(["b", "c", "e", "a", "d"], Own(Ask("worker") with { Tool = "refund" }));
        Assert.Equal(["a", "b", "c", "d", "e"], Own(Ask("worker") with { Tool = "search" }));
        Assert.Equal([null, null, null, "a", "d"], _book.Evaluate(Ask("worker") with { Tool = "refund" }).Permitting.Select(one => one.Approval?.Id.Value));
    }

    [Fact]
    public void Evaluate_AllRefuse_TheNearestChainSaysWhy()
    {
        _book.Put("a", FromMaria("worker"));
        _book.Put("b", FromMaria("worker") with { ExpiresAt = Noon });
        _book.Put("d", FromMaria("worker", new Capabilities(Models: Names())));
        _book.Put("c", FromMaria("worker", new Capabilities(Tools: Names())));
        _book.Revoke("a");
        var request = Ask("worker") with { Tool = "search", Model = "o4" };

        Assert.Equal("delegation c", _book.Evaluate(request).Fault!.DeterminedBy);
        _book.Revoke("c");
        Assert.Equal("delegation d", _book.Evaluate(request).Fault!.DeterminedBy);
        _book.Revoke("d");
        Assert.Equal("delegation b", _book.Evaluate(request).Fault!.DeterminedBy);
        _book.Revoke("b");
        Assert.Equal("delegation a", _book.Evaluate(request).Fault!.DeterminedBy);
        _book.Suspend("worker");
        Assert.Equal("x_agent_suspended", Code(request));
    }

    [Fact]
    public void Evaluate_ConditionsOnSeveralLinks_TheTopmostThatHoldsAsks()
    {
        Chain();
        _book.Put("d-1", FromMaria("planner") with { ApprovalWhen = "cost > 5" });
        _book.Put("d-2", _book["d-2"].Definition with { ApprovalWhen = "cost > 1", ApproverGroup = "managers" });

        Assert.Equal(
            [null, "d-2", "d-1"],
            new[] { "1", "2", "6" }.Select(cost => Permitted(Ask("worker"), cost).Approval?.Id.Value));
    }

    [Fact]
    public void Evaluate_ConditionsOnSeveralLinks_AllThatHoldAskEachForItsGroup()
    {
        Chain();
        _book.Put("d-1", FromMaria("planner") with { ApprovalWhen = "cost > 5" });
        _book.Put("d-2", _book["d-2"].Definition with { ApprovalWhen = "cost > 1", ApproverGroup = "managers" });

        var both = Permitted(Ask("worker"), "6");
        var one = Permitted(Ask("worker"), "2");
        var none = Permitted(Ask("worker"), "1");

        Assert.Equal(["d-1", "d-2"], both.Approvals.Select(link => link.Id.Value));
        Assert.Equal(("(cost > 5) and (cost > 1)", "managers"), (both.ApprovalCondition, Assert.Single(both.ApproverGroups)));
        Assert.Equal(["d-2"], one.Approvals.Select(link => link.Id.Value));
        Assert.Equal(("cost > 1", "managers"), (one.ApprovalCondition, Assert.Single(one.ApproverGroups)));
        Assert.True(none.Approvals.IsEmpty);
        Assert.Equal((null, null, 0), (none.Approval, none.ApprovalCondition, none.ApproverGroups.Length));
    }

    [Fact]
    public void ApproverGroups_OfSeveralLinks_AreEachOnceAndAllHaveToBeCovered()
    {
        Chain();
        _book.Put("d-1", FromMaria("planner") with { ApprovalWhen = "cost > 1", ApproverGroup = "managers" });
        _book.Put("d-2", _book["d-2"].Definition with { ApprovalWhen = "cost > 1", ApproverGroup = "finance" });

        var two = Permitted(Ask("worker"), "2");
        _book.Put("d-2", _book["d-2"].Definition with { ApproverGroup = "managers" });
        var same = Permitted(Ask("worker"), "2");

        Assert.Equal(["managers", "finance"], two.ApproverGroups);
        Assert.Equal("cost > 1", two.ApprovalCondition);
        Assert.True(two.IsCoveredBy(["clerks", "finance", "managers"]));
        Assert.False(two.IsCoveredBy(["managers"]));
        Assert.False(two.IsCoveredBy([]));
        Assert.Equal(["managers"], same.ApproverGroups);
        Assert.True(same.IsCoveredBy(["managers"]));
    }

    [Fact]
    public void Evaluate_LimitsAlongTheChain_AreTheLeastAndEveryLimitOfSpend()
    {
        _book.Put("d-1", FromMaria("planner", null, new DelegationLimits(MaxConcurrent: 9, TokensPerMinute: 500)));
        _book.PassOn("d-1", "d-2", "lead", null, new DelegationLimits(Spend: new SpendLimit(Quantity.FromUnits(100), Unit.Usd)));
        _book.PassOn("d-2", "d-3", "other", null, new DelegationLimits(MaxConcurrent: 4, RequestsPerMinute: 60));
        _book.PassOn("d-3", "d-4", "worker", null, new DelegationLimits(Spend: new SpendLimit(Quantity.FromUnits(5), Unit.Usd, BudgetPeriod.Day)));
        _book.Put("d-2", _book["d-2"].Definition with { Limits = new(Spend: new SpendLimit(Quantity.FromUnits(80), Unit.Usd)) });

        var admitted = Permitted(Ask("worker"));
        Assert.Equal((4, 60, 500L), (admitted.MaxConcurrent, admitted.RequestsPerMinute, admitted.TokensPerMinute));
        Assert.Equal(Unit.Usd, admitted.Spend!.Unit);
        Assert.Equal(
            [
                new SpendLink(DelegationId.Parse("d-2"), Quantity.FromUnits(80), BudgetPeriod.None, 2),
                new SpendLink(DelegationId.Parse("d-4"), Quantity.FromUnits(5), BudgetPeriod.Day, 1),
            ],
            admitted.Spend.Links);
        Assert.Null(Permitted(Ask("planner")).Spend);
    }

    [Fact]
    public void Effective_OfAChain_IsTheIntersectionOfItsLinks()
    {
        _book.Put("d-1", FromMaria("planner", new(Models: Names("gpt-4*", "o4")), new(Usd("2"), MaxDepth: 3)) with { NotBefore = Noon, ApprovalWhen = "cost > 1" });
        _book.PassOn("d-1", "d-2", "lead", new(Models: Names("gpt-4o*", "gpt-4o", "o4")), new(new Amount(Quantity.FromUnits(900), Unit.Tokens)));
        _book.Put("d-2", _book["d-2"].Definition with { ExpiresAt = Noon.AddDays(1) });
        _book.Put("d-1", _book["d-1"].Definition with { Capabilities = new(Models: Names("gpt-4o-mini", "o4"), Tools: Names("search")) });
        var effective = AuthorityChainRules.Effective(_book.ChainOf("d-2"));

        Assert.Equal(["o4", "gpt-4o-mini"], effective.Capabilities.Models!.Value);
        Assert.Equal(["search"], effective.Capabilities.Tools!.Value);
        Assert.Null(effective.Capabilities.Data);
        Assert.Equal([Usd("2"), new Amount(Quantity.FromUnits(900), Unit.Tokens)], effective.CostPerOperation);
        Assert.Equal((2, Noon, Noon.AddDays(1)), (effective.DepthLeft, effective.NotBefore, effective.ExpiresAt));
        Assert.Equal(["cost > 1"], effective.ApprovalWhen);
        Assert.Equal(15, AuthorityChainRules.Effective(new AuthorityChain([new(DelegationId.Parse("x"), FromMaria("a"), 1, Noon, Maria)], null)).DepthLeft);
    }

    [Fact]
    public void Delegation_WithAnotherDefinition_HasItsCondition()
    {
        var before = _book.Put("d-1", FromMaria("worker") with { ApprovalWhen = "cost > 1" });
        var after = before with { Definition = before.Definition with { ApprovalWhen = "cost > 2", Limits = new(new Amount(Quantity.One, Unit.Tokens)) } };

        Assert.Equal(("cost.USD > 1", "cost.tokens > 2"), (before.ApprovalWhen!.ToString(), after.ApprovalWhen!.ToString()));
        Assert.Null((after with { Definition = FromMaria("worker") }).ApprovalWhen);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Evaluate_OneChainThatPermits_AllocatesItsResultAndNothingElse(int depth)
    {
        _book.Put("d-1", FromMaria("a1", new(Names("*"), Names("*"), Names("*"), Names("gpt-*"), Names("*"), Names("*")), new(Usd("5"), new(Quantity.One, Unit.Usd))));
        for (var i = 2; i <= depth; i++)
            _book.PassOn($"d-{i - 1}", $"d-{i}", $"a{i}", new(Models: Names("gpt-4o", "gpt-5*")), new(Usd("4")));
        var request = Ask($"a{depth}") with { Tool = "search", Provider = "openai", Model = "gpt-5", Region = "eu", DataClassifications = ["pii"] };
        var chains = _book.ChainsOf($"a{depth}");
        Func<Unit, Quantity?> cost = _ => Quantity.One;
        Assert.Null(AuthorityEvaluator.Evaluate(request.Agent, chains, request, Noon, cost).Fault);

        var before = GC.GetAllocatedBytesForCurrentThread();
        AuthorityEvaluator.Evaluate(request.Agent, chains, request, Noon, cost);

        // The verdict, its array of one, and the admitted chain.
        Assert.Equal(136, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Chain(Capabilities? capabilities = null, DelegationLimits? limits = null)
    {
        _book.Put("d-1", FromMaria("planner"));
        _book.PassOn("d-1", "d-2", "worker", capabilities, limits);
    }

    private string? Code(WorkloadRequest request) => _book.Evaluate(request).Fault?.Code;

    private IEnumerable<string> Own(WorkloadRequest request) => _book.Evaluate(request).Permitting.Select(one => one.Chain.Ids[^1].Value);

    private AdmittedChain Permitted(WorkloadRequest request, string? cost = "0")
    {
        var verdict = _book.Evaluate(request, cost);
        Assert.Null(verdict.Fault);
        return verdict.Permitting[0];
    }

    private void Refuses(WorkloadRequest request, string code, string determinedBy, string reason, string? cost = "0", DateTimeOffset? now = null)
    {
        var verdict = _book.Evaluate(request, cost, now);
        Assert.Empty(verdict.Permitting);
        Assert.Equal(new AuthorityFault(code, reason, determinedBy), verdict.Fault);
    }
}
