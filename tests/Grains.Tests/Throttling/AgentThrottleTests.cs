using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Throttling;

public sealed class AgentThrottleTests
{
    private static readonly DateTimeOffset T0 = Throttles.T0;
    private static readonly DelegationId Leaf = DelegationId.Parse("d-2");

    private readonly AgentThrottle _throttle = new(Throttles.Agent, Throttles.Options);
    private int _next;

    [Fact]
    public void IsNeeded_WithoutLimitsAndFailures_IsNot()
    {
        Assert.False(AgentThrottle.IsNeeded(null, null));
        Assert.False(AgentThrottle.IsNeeded(new AgentLimits(EnforceSla: false), Throttles.Chain(null, new DelegationLimits(MaxDepth: 1))));
        Assert.False(AgentThrottle.IsNeededFor(Throttles.Request(model: "gpt-4o"), Throttles.Succeeded));
        Assert.False(AgentThrottle.IsNeededFor(Throttles.Request(), Throttles.Failed));
    }

    [Fact]
    public void IsNeeded_ALimitOrAFailure_Is()
    {
        Assert.True(AgentThrottle.IsNeeded(new AgentLimits(MaxConcurrent: 1), null));
        Assert.True(AgentThrottle.IsNeeded(new AgentLimits(EnforceSla: true), null));
        Assert.True(AgentThrottle.IsNeeded(null, Throttles.Chain(new DelegationLimits(TokensPerMinute: 1))));
        Assert.True(AgentThrottle.IsNeededFor(Throttles.Request(model: "gpt-4o"), Throttles.Failed));
    }

    [Fact]
    public void Check_RequestsOfTheAgent_TellsTheWaitRoundedUp()
    {
        var limits = new AgentLimits(RequestsPerMinute: 7);
        for (var i = 0; i < 7; i++)
            Assert.Null(CheckAndBegin(Throttles.Request(), limits));

        Assert.Equal(
            new ThrottleFault(
                DecisionResult.RateLimited, "RATE_LIMITED",
                "the agent may begin 7 workloads in a minute, and has: ask again later, or raise requestsPerMinute",
                "a/acme/support-bot", 8572),
            Check(Throttles.Request(), limits));
        Assert.NotNull(_throttle.Check(Throttles.Request(), limits, null, null, T0.AddMilliseconds(8571)));
        Assert.Null(_throttle.Check(Throttles.Request(), limits, null, null, T0.AddMilliseconds(8572)));
    }

    [Fact]
    public void Check_Alone_TakesNothing()
    {
        var limits = new AgentLimits(1, 1, 100);
        for (var i = 0; i < 100; i++)
            Assert.Null(Check(Throttles.Request(100), limits));

        Assert.True(_throttle.IsIdle(T0));
    }

    [Fact]
    public void Check_TokensOfTheAgent_AreChargedByTheEstimateAndCorrectedByTheActual()
    {
        var limits = new AgentLimits(TokensPerMinute: 1000);
        var first = Begin(Throttles.Request(800), limits);
        Assert.Equal(
            new ThrottleFault(
                DecisionResult.RateLimited, "RATE_LIMITED",
                "400 tokens are asked for, and the agent has used more of its 1000 in a minute than leaves them: ask again later or for less, or raise tokensPerMinute",
                "a/acme/support-bot", 12_000),
            Check(Throttles.Request(400), limits));

        _throttle.End(first, Throttles.Request(800), Throttles.Used(500), T0);
        Assert.Null(Check(Throttles.Request(500), limits));
        Assert.Equal(60, Check(Throttles.Request(501), limits)!.RetryAfterMs);
    }

    [Fact]
    public void End_MoreTokensThanEstimated_AreTakenBeyondTheLimit()
    {
        var limits = new AgentLimits(TokensPerMinute: 1000);
        var id = Begin(Throttles.Request(), limits);
        _throttle.End(id, Throttles.Request(), Throttles.Used(3000), T0);

        Assert.Equal(120_000, Check(Throttles.Request(), limits)!.RetryAfterMs);
        Assert.Equal(180_000, Check(Throttles.Request(1000), limits)!.RetryAfterMs);
    }

    [Fact]
    public void End_TokensStatedOutright_GoBeforeUsage()
    {
        var limits = new AgentLimits(TokensPerMinute: 1000);
        var request = Throttles.Request() with { Estimate = Estimate.Of(new Amount(Quantity.Parse("899.5"), Unit.Parse("tokens"))) };
        var id = Begin(request, limits);
        Assert.Equal(60, Check(Throttles.Request(101), limits)!.RetryAfterMs);
        _throttle.End(id, request, new Reconciliation(new TokenUsage(900, 0), Actual: [new Amount(Quantity.Parse("0.5"), Unit.Parse("USD")), new Amount(Quantity.Parse("10"), Unit.Parse("tokens"))]), T0);

        Assert.Null(Check(Throttles.Request(990), limits));
        Assert.NotNull(Check(Throttles.Request(991), limits));
    }

    [Fact]
    public void End_WithoutFigures_LeavesTheEstimate()
    {
        var limits = new AgentLimits(TokensPerMinute: 1000);
        var id = Begin(Throttles.Request(1000), limits);
        _throttle.End(id, Throttles.Request(1000), new Reconciliation(Outcome: Outcome.Unknown), T0);

        Assert.Equal(60_000, Check(Throttles.Request(1000), limits)!.RetryAfterMs);
    }

    [Fact]
    public void End_NeverRan_GivesBackSlotAndTokensButNotTheRequest()
    {
        var limits = new AgentLimits(1, 2, 1000);
        var id = Begin(Throttles.Request(1000), limits);
        _throttle.End(id, Throttles.Request(1000), null, T0);

        Assert.Null(CheckAndBegin(Throttles.Request(1000), new AgentLimits(1, 2, 1000)));
        _throttle.End(Throttles.Id(_next), Throttles.Request(1000), null, T0);
        Assert.Equal("the agent may begin 2 workloads in a minute, and has: ask again later, or raise requestsPerMinute", Check(Throttles.Request(1000), limits)!.Reason);
    }

    [Fact]
    public void Check_MoreTokensThanTheLimit_HasNoWait()
    {
        Assert.Equal(
            new ThrottleFault(
                DecisionResult.RateLimited, "RATE_LIMITED",
                "1001 tokens are asked for at once, and the agent may use 1000 in a minute: no wait makes room for them; ask for less, or raise tokensPerMinute",
                "a/acme/support-bot", null),
            Check(Throttles.Request(1001), new AgentLimits(TokensPerMinute: 1000)));
    }

    [Fact]
    public void Check_ConcurrencyOfTheAgent_IsUntilALeaseLapses()
    {
        var limits = new AgentLimits(MaxConcurrent: 2);
        var first = Begin(Throttles.Request(), limits);
        Begin(Throttles.Request(), limits);
        Assert.Equal(
            new ThrottleFault(
                DecisionResult.RateLimited, "x_concurrency_limit",
                "2 workloads of the agent run, and 2 may at once: one more may as soon as one ends, or lapses without a sign of life; report or release what is done, or raise maxConcurrent",
                "a/acme/support-bot", 120_000),
            Check(Throttles.Request(), limits));

        _throttle.Extend(first, T0.AddSeconds(300));
        Assert.Null(_throttle.Check(Throttles.Request(), limits, null, null, T0.AddSeconds(120)));
        Assert.Equal(180_000, _throttle.Check(Throttles.Request(), limits with { MaxConcurrent = 1 }, null, null, T0.AddSeconds(120))!.RetryAfterMs);
        _throttle.End(first, Throttles.Request(), Throttles.Succeeded, T0.AddSeconds(130));
        Assert.Null(_throttle.Check(Throttles.Request(), limits with { MaxConcurrent = 1 }, null, null, T0.AddSeconds(130)));
    }

    [Fact]
    public void Check_LimitsOfTheDelegation_NameTheTopmostLinkThatSetsThem()
    {
        var chain = Throttles.Chain(new DelegationLimits(MaxConcurrent: 1), new DelegationLimits(MaxConcurrent: 1, RequestsPerMinute: 2));
        var first = BeginOn(Leaf, chain);

        var slot = CheckOn(Leaf, chain)!;
        Assert.Equal(("x_concurrency_limit", "delegation d-1", 120_000L), (slot.Code, slot.DeterminedBy, slot.RetryAfterMs));
        _throttle.End(first, Throttles.Request(), Throttles.Succeeded, T0);
        Assert.Null(CheckOn(Leaf, chain));
        var second = BeginOn(Leaf, chain);
        _throttle.End(second, Throttles.Request(), Throttles.Succeeded, T0);
        var rate = CheckOn(Leaf, chain)!;
        Assert.Equal(("RATE_LIMITED", "delegation d-2", 30_000L), (rate.Code, rate.DeterminedBy, rate.RetryAfterMs));
        Assert.Equal("the delegation d-2 may begin 2 workloads in a minute, and has: ask again later, or raise requestsPerMinute", rate.Reason);
        Assert.Null(CheckOn(DelegationId.Parse("d-9"), chain));
    }

    [Fact]
    public void Check_SeveralLimitsInTheWay_TellsTheFirstAndTheLongestWait()
    {
        var limits = new AgentLimits(RequestsPerMinute: 60, TokensPerMinute: 1000);
        var chain = Throttles.Chain(new DelegationLimits(RequestsPerMinute: 1));
        for (var i = 0; i < 60; i++)
            Begin(Throttles.Request(i == 0 ? 1000 : 0), limits);
        _throttle.Begin(Throttles.Id(++_next), Throttles.Request(), null, Leaf, chain, T0.AddSeconds(120), T0.AddSeconds(-30));

        var fault = _throttle.Check(Throttles.Request(500), limits, Leaf, chain, T0)!;

        Assert.Equal(("RATE_LIMITED", "a/acme/support-bot", 30_000L), (fault.Code, fault.DeterminedBy, fault.RetryAfterMs));
        Assert.Null(_throttle.Check(Throttles.Request(500), limits, Leaf, chain, T0.AddSeconds(30)));
    }

    [Fact]
    public void Begin_TheSameWorkloadTwice_TakesOnce()
    {
        var limits = new AgentLimits(2, 2, 1000);
        _throttle.Begin(Throttles.Id(1), Throttles.Request(500), limits, null, null, T0.AddSeconds(60), T0);
        _throttle.Begin(Throttles.Id(1), Throttles.Request(500), limits, null, null, T0.AddSeconds(90), T0);

        Assert.Null(Check(Throttles.Request(500), limits));
        Assert.Equal(90_000, Check(Throttles.Request(500), limits with { MaxConcurrent = 1 })!.RetryAfterMs);
    }

    [Fact]
    public void Check_AnOpenBreaker_BlocksItsModelOnly()
    {
        Fail("gpt-4o", 5);

        Assert.Equal(
            new ThrottleFault(
                DecisionResult.Blocked, "PROVIDER_ERROR_UPSTREAM",
                "calls of openai/gpt-4o by this agent failed one after the other: they are held back until one that is let through to try succeeds; ask again later, or call something else",
                "circuit breaker openai/gpt-4o", 30_000),
            Check(Throttles.Request(model: "gpt-4o")));
        Assert.Null(Check(Throttles.Request(model: "gpt-4o-mini")));
        Assert.Null(Check(Throttles.Request()));
        Assert.False(_throttle.IsIdle(T0));
    }

    [Fact]
    public void Begin_AfterTheBreakersPause_IsTheProbe()
    {
        Fail("gpt-4o", 5);
        var later = T0.AddSeconds(30);
        var request = Throttles.Request(model: "gpt-4o");
        Assert.Null(_throttle.Check(request, null, null, null, later));
        _throttle.Begin(Throttles.Id(900), request, null, null, null, later.AddSeconds(60), later);

        Assert.Equal(60_000, _throttle.Check(request, null, null, null, later)!.RetryAfterMs);
        _throttle.Extend(Throttles.Id(900), later.AddSeconds(70));
        Assert.Equal(70_000, _throttle.Check(request, null, null, null, later)!.RetryAfterMs);
        _throttle.End(Throttles.Id(900), request, Throttles.Succeeded, later);
        Assert.Null(_throttle.Check(request, null, null, null, later));
        Assert.True(_throttle.IsIdle(later));
    }

    [Fact]
    public void End_AProbeThatABudgetRefused_FreesItsPlace()
    {
        Fail("gpt-4o", 5);
        var later = T0.AddSeconds(30);
        var request = Throttles.Request(model: "gpt-4o");
        _throttle.Begin(Throttles.Id(900), request, null, null, null, later.AddSeconds(60), later);
        _throttle.End(Throttles.Id(900), request, null, later);

        Assert.Null(_throttle.Check(request, null, null, null, later));
    }

    [Fact]
    public void End_FailuresOfMoreModelsThanAreKept_ForgetsTheOneLongestUnused()
    {
        for (var i = 0; i <= Throttles.Options.ModelsMax; i++)
            Fail($"m-{i}", 5);

        Assert.Null(Check(Throttles.Request(model: "m-0")));
        Assert.NotNull(Check(Throttles.Request(model: "m-1")));
        Assert.NotNull(Check(Throttles.Request(model: "m-64")));
    }

    [Fact]
    public void Check_ASlowModelOfAnEnforcedTier_IsBlockedUntilItsSamplesAreOld()
    {
        var limits = new AgentLimits(EnforceSla: true);
        var request = Throttles.Request(model: "gpt-4o", sla: new ServiceLevel("gold", 2000));
        for (var i = 0; i < 40; i++)
        {
            Assert.Null(Check(request, i < 20 ? null : limits));
            End(request, new Reconciliation(LatencyMs: 1990 + i));
        }

        Assert.Equal(
            new ThrottleFault(
                DecisionResult.Blocked, "SLA_LATENCY_VIOLATION",
                "95 of 100 calls of openai/gpt-4o by this agent took up to 2028 ms (the last 20), and the tier gold has a target of 2000 ms; ask for a faster model, or for a tier with more time",
                "latency of openai/gpt-4o", null),
            Check(request, limits));
        Assert.Null(Check(request with { Sla = null }, limits));
        Assert.Null(Check(request with { Sla = new ServiceLevel("silver", 2028) }, limits));
        Assert.Null(Check(request with { Model = "gpt-4o-mini" }, limits));
        Assert.Null(Check(request, new AgentLimits(EnforceSla: false)));
        Assert.Null(_throttle.Check(request, limits, null, null, T0.AddMinutes(10).AddTicks(1)));
    }

    [Fact]
    public void Begin_OnMoreDelegationsThanAreKept_ForgetsAnIdleOneFirst()
    {
        var chain = Throttles.Chain(new DelegationLimits(MaxConcurrent: 1));
        var ids = Enumerable.Range(0, Throttles.Options.DelegationsMax).Select(i => (Id: BeginOn(Named(i), chain), Leaf: Named(i))).ToList();
        _throttle.End(ids[5].Id, Throttles.Request(), null, T0);
        BeginOn(Named(100), chain);

        Assert.NotNull(CheckOn(Named(0), chain));
        Assert.Null(CheckOn(Named(5), chain));
        BeginOn(Named(101), chain);
        Assert.Null(CheckOn(Named(0), chain));
        Assert.NotNull(CheckOn(Named(1), chain));
        Assert.NotNull(CheckOn(Named(101), chain));
    }

    [Fact]
    public void End_AWorkloadThatWasCrowdedOut_StillFreesItsSlot()
    {
        var throttle = new AgentThrottle(Throttles.Agent, new ThrottleOptions { WorkloadsMax = 1 });
        var chain = Throttles.Chain(new DelegationLimits(MaxConcurrent: 2));
        throttle.Begin(Throttles.Id(1), Throttles.Request(), null, Leaf, chain, T0.AddSeconds(60), T0);
        throttle.Begin(Throttles.Id(2), Throttles.Request(), null, Leaf, chain, T0.AddSeconds(90), T0);
        Assert.NotNull(throttle.Check(Throttles.Request(), null, Leaf, chain, T0));
        throttle.End(Throttles.Id(1), Throttles.Request(), Throttles.Succeeded, T0);

        Assert.Null(throttle.Check(Throttles.Request(), null, Leaf, chain, T0));
    }

    [Fact]
    public void IsIdle_ACrashedClient_OnceItsLateReportNoLongerCounts()
    {
        var limits = new AgentLimits(MaxConcurrent: 1, TokensPerMinute: 1000);
        var id = Begin(Throttles.Request(10), limits);

        Assert.False(_throttle.IsIdle(T0.AddSeconds(120 + 600).AddTicks(-1)));
        Assert.True(_throttle.IsIdle(T0.AddSeconds(120 + 600)));
        _throttle.End(id, Throttles.Request(10), Throttles.Used(5000), T0.AddSeconds(120 + 600));
        Assert.Null(_throttle.Check(Throttles.Request(1000), limits, null, null, T0.AddSeconds(120 + 600)));
    }

    [Fact]
    public void End_AReportAfterTheLeaseLapsed_StillCorrectsTheTokens()
    {
        var limits = new AgentLimits(TokensPerMinute: 1000);
        var id = Begin(Throttles.Request(), limits);
        _throttle.End(id, Throttles.Request(), Throttles.Used(5000), T0.AddSeconds(200));

        Assert.Equal(240_000, _throttle.Check(Throttles.Request(), limits, null, null, T0.AddSeconds(200))!.RetryAfterMs);
    }

    private static DelegationId Named(int number) => DelegationId.Parse($"leaf-{number}");

    private ThrottleFault? Check(WorkloadRequest request, AgentLimits? limits = null) => _throttle.Check(request, limits, null, null, T0);

    private ThrottleFault? CheckOn(DelegationId leaf, AdmittedChain chain) => _throttle.Check(Throttles.Request(), null, leaf, chain, T0);

    private WorkloadId Begin(WorkloadRequest request, AgentLimits limits)
    {
        var id = Throttles.Id(++_next);
        _throttle.Begin(id, request, limits, null, null, T0.AddSeconds(120), T0);
        return id;
    }

    private WorkloadId BeginOn(DelegationId leaf, AdmittedChain chain)
    {
        var id = Throttles.Id(++_next);
        _throttle.Begin(id, Throttles.Request(), null, leaf, chain, T0.AddSeconds(120), T0);
        return id;
    }

    private ThrottleFault? CheckAndBegin(WorkloadRequest request, AgentLimits limits)
    {
        var fault = Check(request, limits);
        Begin(request, limits);
        return fault;
    }

    private void Fail(string model, int times)
    {
        for (var i = 0; i < times; i++)
            End(Throttles.Request(model: model), Throttles.Failed);
    }

    private void End(WorkloadRequest request, Reconciliation report) => _throttle.End(Throttles.Id(++_next), request, report, T0);
}
