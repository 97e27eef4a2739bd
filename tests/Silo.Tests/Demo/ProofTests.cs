using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Silo.Demo.Nodes;
using GenOps.ControlPlane.Silo.Demo.Organisations;
using GenOps.ControlPlane.Silo.Demo.Proofs;
using GenOps.ControlPlane.Silo.Demo.Replays;
using GenOps.ControlPlane.Silo.Demo.Traces;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Silo.Tests.Demo.Entries;

namespace GenOps.ControlPlane.Silo.Tests.Demo;

public sealed class ProofTests
{
    private static readonly SuspensionReport Suspended = new(AgentId.Parse("bot"), 7, 0, 1.5);

    private static readonly DelegationId Granted = DelegationId.Parse("team");
    private static readonly RevocationReport Revoked = new(Granted, 3, 9, 0, 2.5);

    private readonly WorkloadId _allowed = NewId();
    private readonly WorkloadId _ran = NewId();
    private readonly WorkloadId _asked = NewId();
    private readonly WorkloadId _approved = NewId();
    private readonly ApprovalId _approval = ApprovalId.New(Noon);
    private readonly WorkloadId _refused = NewId();
    private readonly Entries _entries;

    public ProofTests() =>
        _entries = new Entries().Define("100", "50")
            // 1,000 tokens in and 100 of at most 1,024 out, at 2.50 and 10.00 USD a million.
            .Reserve(_allowed, "0.01274").Reconcile(_allowed, "0.01274", "0.0035")
            .Reserve(_ran, "0.01274").Reconcile(_ran, "0.01274", "0.0035")
            .Refuse(_refused, ReasonCodes.BudgetExceeded)
            .Refuse(_asked, ReasonCodes.ApprovalRequired).HoldForApproval(_approval, "0.5")
            .Reserve(_approved, "0.5", approval: _approval).Reconcile(_approved, "0.5", "0.25")
            .Revoke(Granted);

    [Fact]
    public void Check_EverythingFits_AllHold()
    {
        var invariants = Check();
        Assert.Equal(10, invariants.Length);
        Assert.All(invariants, invariant => Assert.True(invariant.Held, $"{invariant.Name}: {invariant.Detail}"));
    }

    [Fact]
    public void Check_CallerWasToldOtherwise_NamesTheRow() => AssertFails(
        "every call decided once",
        Check(outcomes => [outcomes[0], outcomes[1] with { ReasonCode = ReasonCodes.BudgetReservationFailed }]),
        "row 2, ");

    [Fact]
    public void Check_CallWithoutDecision_NamesTheRow() => AssertFails(
        "every call decided once", Check(outcomes => [outcomes[0], outcomes[1] with { Id = NewId() }]), "recorded nothing");

    [Fact]
    public void Check_DecisionWithoutCall_CountsThem() => AssertFails(
        "every call decided once", Check(outcomes => [outcomes[0]]), "4 calls with 4 ids, 5 decisions in the ledger");

    [Fact]
    public void Check_AdmissionBeyondALimit_SaysByHowMuch()
    {
        _entries.Define("100", "0.01").Reserve(NewId(), "0.01");
        AssertFails("no overspend", Check(), "an admission went 0.257 beyond a limit: usd 0.257");
    }

    [Fact]
    public void Check_CallAllowedAfterAcknowledgement_Fails() => AssertFails(
        "suspension true when acknowledged", Check(suspension: Suspended with { AllowedAfterAcknowledged = 1 }), "bot: 7 calls");

    [Fact]
    public void Check_NoCallAfterAcknowledgement_ProvesNothing() => AssertFails(
        "suspension true when acknowledged", Check(suspension: Suspended with { AttemptedAfterAcknowledged = 0 }), "bot: 0 calls");

    [Fact]
    public void Check_CallAllowedOnWhatWasRevoked_Fails() => AssertFails(
        "revocation true when acknowledged", Check(revocation: Revoked with { AllowedAfterAcknowledged = 1 }),
        "team: 9 calls began after the acknowledgement, 1 were allowed");

    [Fact]
    public void Check_NoCallOnWhatWasRevoked_ProvesNothing() => AssertFails(
        "revocation true when acknowledged", Check(revocation: Revoked with { AttemptedAfterAcknowledged = 0 }), "team: 0 calls");

    [Fact]
    public void Check_LedgerWithoutRevocation_Fails() => AssertFails(
        "revocation true when acknowledged", Check(revocation: Revoked with { Delegation = DelegationId.Parse("other") }),
        "other: the ledger knows of no revocation");

    [Fact]
    public void Check_AdmissionAfterTheRevocationsEntry_Fails()
    {
        _entries.Reserve(NewId(), "0.01", chain: [Granted]);
        AssertFails("revocation true when acknowledged", Check(), "after it the ledger has 1 admissions and 0 refusals");
    }

    [Theory]
    [InlineData(null, true, "bot: never told, and its figures were taken nevertheless")]
    [InlineData(12.5, false, "bot: told 12.5 ms after the acknowledgement, and its figures were not taken")]
    public void Check_WorkInFlightLeftAlone_Fails(double? toldAfterMs, bool settled, string detail) => AssertFails(
        "work in flight told and settled",
        Check(inFlight: Ran() with { ToldAfterMs = toldAfterMs, Settled = settled }),
        detail);

    [Fact]
    public void Check_ApprovedByWhoeverAsked_Fails() => AssertFails(
        "approval lets one action run", Check(approval: Approved() with { ApprovedBy = Principal.Parse("user:demo") }),
        "bot: x_approval_required, approved by user:demo for user:demo, then ALLOWED");

    [Fact]
    public void Check_ApprovedAndStillRefused_Fails() => AssertFails(
        "approval lets one action run", Check(approval: Approved() with { Result = DecisionResult.Blocked }), "then BLOCKED");

    [Fact]
    public void Check_ExtraCallWasToldOtherwise_NamesItsAgent()
    {
        var ran = Ran();
        AssertFails(
            "every call decided once",
            Check(inFlight: ran with { Call = ran.Call with { Decision = ran.Call.Decision with { Result = DecisionResult.Blocked } } }),
            "extra call of bot, ");
    }

    [Fact]
    public void Check_NodeFindsABreak_NamesIt() => AssertFails(
        "evidence verified",
        Check(evidence: new EvidenceVerification(1, 2, false, new EvidenceBreak("b/acme/usd", 3, "the hash is another"))),
        "b/acme/usd #3: the hash is another");

    [Fact]
    public void Check_NodeVerifiedOtherEntries_Fails() => AssertFails(
        "evidence verified", Check(evidence: new EvidenceVerification(1, 5, true, null)), "the node verified 5 entries, and 4 can be read");

    [Fact]
    public void Check_ShownTotalDiffersInTheLastDigit_NamesTheScope() => AssertFails(
        Proof.FromLedger,
        Check(view: limit => limit with { Spent = Q("0.003500000001") }),
        "usd/team/bot Day: shown spent 0.003500000001");

    [Fact]
    public void Check_ShownRemainingDiffers_NamesTheScope() => AssertFails(
        Proof.FromLedger, Check(view: limit => limit with { Remaining = Q("1") }), "usd/team/bot Day: ");

    [Fact]
    public void Check_TraceSaysAnotherFigure_NamesTheScope() => AssertFails(
        Proof.FromTrace,
        Check(outcomes => [outcomes[0] with { Call = CallOf(1, 101) }, outcomes[1]]),
        "trace and price book say spent 0.25701, reserved 0, unresolved 0, overrun 0");

    [Fact]
    public void Check_SomethingStillHeld_SaysHowMuch()
    {
        _entries.Reserve(NewId(), "0.5");
        AssertFails("nothing left held", Check(), "usd still holds 0.5");
    }

    [Theory]
    [InlineData("Reconciled", 2_000, "spent 0.0225, reserved 0, unresolved 0, overrun 0.00976")]
    [InlineData("Late", 100, "spent 0.0035, reserved 0, unresolved 0, overrun 0")]
    [InlineData("Unresolved", 100, "spent 0, reserved 0, unresolved 0.01274, overrun 0")]
    [InlineData("Released", 100, "spent 0, reserved 0, unresolved 0, overrun 0")]
    public void TraceRecount_EveryEnding_IsCountedAtEveryScope(string ending, long generated, string totals)
    {
        var recount = NewTraceRecount();
        recount.Take(new CallOutcome(
            CallOf(1, generated) with { Ending = Enum.Parse<CallEnding>(ending) }, _allowed, DecisionResult.Allowed, null, default, default));
        Assert.All(
            (ScopePath[])[ScopePath.Root, Team, Bot],
            scope => Assert.Equal(totals, recount.Totals.GetValueOrDefault(new BudgetPath(Usd, scope)).ToString()));
    }

    [Fact]
    public void TraceRecount_ChainThatLimitsSpend_IsCountedInItsTree()
    {
        var recount = NewTraceRecount();
        recount.Take(new CallOutcome(CallOf(1, 100), _allowed, DecisionResult.Allowed, null, default, default)
        {
            Chain = [DelegationId.Parse("top"), Granted, DelegationId.Parse("team.bot"), DelegationId.Parse("team.clerk")],
        });
        var tree = BudgetRoot.Parse("@team");
        Assert.Equal(
            [ScopePath.Root, ScopePath.Parse("delegation=team"), ScopePath.Parse("delegation=team.clerk")],
            recount.Totals.Keys.Where(path => path.Root == tree).Select(path => path.Scope).OrderBy(scope => scope.Value, StringComparer.Ordinal));
        Assert.All(recount.Totals.Values, totals => Assert.Equal("spent 0.0035, reserved 0, unresolved 0, overrun 0", totals.ToString()));
    }

    [Fact]
    public void TraceRecount_ExtraCallInAmounts_IsCountedAsStated()
    {
        var request = CallOf(0, 0).Request with { Provider = null, Model = null, Estimate = Estimate.Of(new Amount(Q("0.5"), Unit.Usd)) };
        var decision = new Decision(_ran, DecisionResult.Allowed, null, null, null, [], Noon.AddHours(1), default);
        var recount = NewTraceRecount();
        recount.Take(new ExtraCall(request, decision, new Reconciliation(Actual: [new Amount(Q("0.75"), Unit.Usd)])));
        recount.Take(new ExtraCall(request, decision with { Result = DecisionResult.Blocked }, null));
        Assert.Equal("spent 0.75, reserved 0, unresolved 0, overrun 0.25", recount.Totals[new BudgetPath(Usd, Bot)].ToString());
    }

    private static void AssertFails(string name, ImmutableArray<Invariant> invariants, string detail)
    {
        var failed = Assert.Single(invariants, invariant => invariant.Name == name);
        Assert.False(failed.Held);
        Assert.Contains(detail, failed.Detail);
    }

    private ImmutableArray<Invariant> Check(
        Func<ImmutableArray<CallOutcome>, ImmutableArray<CallOutcome>>? change = null,
        SuspensionReport? suspension = null,
        RevocationReport? revocation = null,
        InFlightReport? inFlight = null,
        ApprovalReport? approval = null,
        EvidenceVerification? evidence = null,
        Func<BudgetLimitView, BudgetLimitView>? view = null)
    {
        ImmutableArray<CallOutcome> outcomes =
        [
            new(CallOf(1, 100), _allowed, DecisionResult.Allowed, null, default, default),
            new(CallOf(2, 100), _refused, DecisionResult.Blocked, ReasonCodes.BudgetExceeded, default, null),
        ];
        outcomes = change?.Invoke(outcomes) ?? outcomes;
        var replay = new ReplayResult(outcomes, TimeSpan.FromSeconds(1), suspension ?? Suspended, revocation ?? Revoked, inFlight ?? Ran());
        var trace = NewTraceRecount();
        foreach (var outcome in outcomes)
            trace.Take(outcome);
        var approved = approval ?? Approved();
        foreach (var extra in approved.Calls.Add(replay.InFlight.Call))
            trace.Take(extra);

        return Proof.Check(
            replay,
            approved,
            evidence ?? new EvidenceVerification(1, _entries.Recount.Entries, true, null),
            _entries.Recount,
            trace,
            [View(ScopePath.Root, "100"), View(Team, null), View(Bot, "50", view)]);
    }

    private InFlightReport Ran()
    {
        var call = CallOf(0, 100);
        var decision = new Decision(_ran, DecisionResult.Allowed, null, null, null, [], Noon.AddHours(1), default);
        return new InFlightReport(call.Agent, 12.5, true) { Call = new ExtraCall(call.Request, decision, new Reconciliation(call.Actual)) };
    }

    private ApprovalReport Approved()
    {
        var request = CallOf(0, 0).Request with { Provider = null, Model = null, Estimate = Estimate.Of(new Amount(Q("0.5"), Unit.Usd)) };
        var refused = new Decision(_asked, DecisionResult.Blocked, ReasonCodes.ApprovalRequired, "a person has to approve", null, [], null, default);
        var allowed = new Decision(_approved, DecisionResult.Allowed, null, null, null, [], Noon.AddHours(1), default);
        return new ApprovalReport(
            _approval, request.Agent, Granted, "parameters.refundAmount > 200", ReasonCodes.ApprovalRequired, Principal.Parse("user:demo"),
            Principal.Parse("user:robert"), DecisionResult.Allowed, 1)
        {
            Calls = [new ExtraCall(request, refused, null), new ExtraCall(request, allowed, new Reconciliation(Actual: [new Amount(Q("0.25"), Unit.Usd)]))],
        };
    }

    private BudgetView View(ScopePath scope, string? limit, Func<BudgetLimitView, BudgetLimitView>? change = null)
    {
        var day = new DateTimeOffset(2026, 11, 22, 23, 0, 0, TimeSpan.Zero);
        var counted = _entries.Recount.Budgets[Usd].In(scope, BudgetPeriod.Day, day);
        Quantity? granted = limit is null ? null : Q(limit);
        var shown = new BudgetLimitView(
            granted, BudgetPeriod.Day, counted.Spent, counted.Reserved, counted.Unresolved, counted.Overrun,
            granted is { } of ? of - counted.Used : null, day, day.AddDays(1));
        return new BudgetView(Usd, scope, Unit.Usd, BudgetState.Active, "Europe/Berlin", [change?.Invoke(shown) ?? shown], null);
    }

    private static AssignedCall CallOf(int row, long generated) => new(
        new TraceCall(row, 1_000, generated), AgentId.Parse("bot"), new Attribution("team", "project", "test"),
        "openai", "gpt-4o", 1_024, CallEnding.Reconciled);

    private static TraceRecount NewTraceRecount() => new(
        new Organisation(
            TenantId.Parse("acme"), new TenantDefinition(),
            ImmutableSortedDictionary<BudgetRoot, BudgetDefinition>.Empty.Add(Usd, new BudgetDefinition(Unit.Usd)),
            ImmutableDictionary<AgentId, AgentDefinition>.Empty.Add(
                AgentId.Parse("bot"), new AgentDefinition([new BudgetBinding(Usd, Bot)])),
            new GrantForest([GrantOf("top", null), GrantOf("team", "5"), GrantOf("team.bot", null), GrantOf("team.clerk", "1")])),
        PriceBook.Default, Noon);

    private static Grant GrantOf(string id, string? spend) => new(
        DelegationId.Parse(id),
        new DelegationDefinition(
            Principal.Parse("user:maria"), Principal.Parse("agent:bot"),
            Limits: new DelegationLimits(Spend: spend is null ? null : new SpendLimit(Q(spend), Unit.Usd, BudgetPeriod.Day))));
}
