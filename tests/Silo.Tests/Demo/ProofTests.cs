using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
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

    private readonly WorkloadId _allowed = NewId();
    private readonly WorkloadId _refused = NewId();
    private readonly Entries _entries;

    public ProofTests() =>
        _entries = new Entries().Define("100", "50")
            // 1,000 tokens in and 100 of at most 1,024 out, at 2.50 and 10.00 USD a million.
            .Reserve(_allowed, "0.01274").Reconcile(_allowed, "0.01274", "0.0035")
            .Refuse(_refused, ReasonCodes.BudgetExceeded);

    [Fact]
    public void Check_EverythingFits_AllHold()
    {
        var invariants = Check();
        Assert.Equal(7, invariants.Length);
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
        "every call decided once", Check(outcomes => [outcomes[0]]), "1 calls with 1 ids, 2 decisions in the ledger");

    [Fact]
    public void Check_AdmissionBeyondALimit_SaysByHowMuch()
    {
        _entries.Define("100", "0.01").Reserve(NewId(), "0.01");
        AssertFails("no overspend", Check(), "an admission went 0.0035 beyond a limit: usd 0.0035");
    }

    [Fact]
    public void Check_CallAllowedAfterAcknowledgement_Fails() => AssertFails(
        "suspension true when acknowledged", Check(suspension: Suspended with { AllowedAfterAcknowledged = 1 }), "bot: 7 calls");

    [Fact]
    public void Check_NoCallAfterAcknowledgement_ProvesNothing() => AssertFails(
        "suspension true when acknowledged", Check(suspension: Suspended with { AttemptedAfterAcknowledged = 0 }), "bot: 0 calls");

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
        "trace and price book say spent 0.00351, reserved 0, unresolved 0, overrun 0");

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

    private static void AssertFails(string name, ImmutableArray<Invariant> invariants, string detail)
    {
        var failed = Assert.Single(invariants, invariant => invariant.Name == name);
        Assert.False(failed.Held);
        Assert.Contains(detail, failed.Detail);
    }

    private ImmutableArray<Invariant> Check(
        Func<ImmutableArray<CallOutcome>, ImmutableArray<CallOutcome>>? change = null,
        SuspensionReport? suspension = null,
        EvidenceVerification? evidence = null,
        Func<BudgetLimitView, BudgetLimitView>? view = null)
    {
        ImmutableArray<CallOutcome> outcomes =
        [
            new(CallOf(1, 100), _allowed, DecisionResult.Allowed, null, default, default),
            new(CallOf(2, 100), _refused, DecisionResult.Blocked, ReasonCodes.BudgetExceeded, default, null),
        ];
        outcomes = change?.Invoke(outcomes) ?? outcomes;
        var trace = NewTraceRecount();
        foreach (var outcome in outcomes)
            trace.Take(outcome);

        return Proof.Check(
            new ReplayResult(outcomes, TimeSpan.FromSeconds(1), suspension ?? Suspended),
            evidence ?? new EvidenceVerification(1, _entries.Recount.Entries, true, null),
            _entries.Recount,
            trace,
            [View(ScopePath.Root, "100"), View(Team, null), View(Bot, "50", view)]);
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
                AgentId.Parse("bot"), new AgentDefinition([new BudgetBinding(Usd, Bot)]))),
        PriceBook.Default, Noon);
}
