using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Budgets.DelegationChains;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The trees of delegations. A stand is <c>spent reserved unresolved overrun remaining</c>.</summary>
public sealed class SpendTreeTests
{
    private readonly BudgetRun _run = new(DateTimeOffset.Parse("2026-11-23T08:00:00Z", CultureInfo.InvariantCulture), root: Root);

    [Fact]
    public void Reserve_FirstOfADelegation_MakesItsTreeAndItsLinks()
    {
        Assert.Null(_run.Tree.Header);

        var decision = Assert.IsType<WorkloadReserved>(Ask("20", Link("d-1", "500"), Link("d-2", "100", BudgetPeriod.Hour))).Decision;

        Assert.Equal(
            ["budget.defined", "budget.link_limited", "budget.link_limited", "workload.reserved"], _run.Entries.Select(entry => entry.Kind));
        Assert.Equal(Unit.Usd, _run.Tree.Header!.Unit);
        Assert.Equal(Principal.ControlPlane, ((BudgetDefined)EntryText.Read(_run.Entries[0])).By);
        Assert.Equal([DelegationId.Parse("d-1"), DelegationId.Parse("d-2")], decision.Chain!.Value);
        Assert.Equal("80", Assert.Single(decision.Reservations).Remaining.ToString());
        Assert.Equal("0 20 0 0 -", _run.Stand());
        Assert.Equal("0 20 0 0 480", _run.Stand("delegation=d-1"));
        Assert.Equal("0 20 0 0 80", _run.Stand("delegation=d-2"));
        var children = _run.View().Children!.Items;
        Assert.Equal(["delegation=d-1", "delegation=d-2"], children.Select(child => child.Scope.Value));
        Assert.Equal(["500 Day", "100 Hour"], children.Select(child => $"{child.Limits[0].Limit} {child.Limits[0].Period}"));
        Assert.Equal("UTC", children[0].TimeZone);
    }

    [Fact]
    public void Reserve_OnSeveralChains_CountsInEveryLinkOfItsOwn()
    {
        Ask("20", Link("d-1", "500"), Link("d-2", "100"));
        Ask("30", Link("d-1", "500"), Link("d-3", "100"));
        Ask("40", Link("d-1", "500"));

        Assert.Equal("0 90 0 0 410", _run.Stand("delegation=d-1"));
        Assert.Equal("0 20 0 0 80", _run.Stand("delegation=d-2"));
        Assert.Equal("0 30 0 0 70", _run.Stand("delegation=d-3"));
        Assert.Equal(
            ["d-1 support-bot 1 40", "d-2 support-bot 1 20", "d-3 support-bot 1 30"],
            _run.Tree.HeldByDelegation().Select(hold => $"{hold.Delegation} {hold.Agent} {hold.Count} {hold.Amount}"));
    }

    [Fact]
    public void Reserve_BeyondALink_IsRefusedInTheWordsOfTheDelegation()
    {
        Ask("60", Link("d-1", "500"), Link("d-2", "100"));

        var tooMuch = Refused("50", Link("d-1", "500"), Link("d-2", "100"));
        Ask("40", Link("d-1", "500"), Link("d-2", "100"));
        var nothing = Refused("1", Link("d-1", "500"), Link("d-2", "100"));

        Assert.Equal(
            ("BUDGET_RESERVATION_FAILED", "50 USD do not fit the 40 USD left of the 100 USD a day of delegation d-2: ask for less or raise the limit",
                "delegation d-2 limit 100 USD a day"),
            (tooMuch.ReasonCode, tooMuch.Reason, tooMuch.DeterminedBy));
        Assert.Equal(
            ("BUDGET_EXCEEDED", "nothing is left of the 100 USD a day of delegation d-2: wait for its next window or raise the limit"),
            (nothing.ReasonCode, nothing.Reason));
        Assert.Equal([DelegationId.Parse("d-1"), DelegationId.Parse("d-2")], nothing.Chain!.Value);
    }

    [Fact]
    public void Reserve_WithALimitThatIsNewer_IsJudgedByItAndKeepsIt_AndAnOlderOneChangesNothing()
    {
        Ask("60", Link("d-1", "100", version: 2));

        Refused("50", Link("d-1", "1000", version: 1));
        Assert.Equal("0 60 0 0 40", _run.Stand("delegation=d-1"));
        Ask("50", Link("d-1", "1000", version: 3));
        Assert.Equal("0 110 0 0 890", _run.Stand("delegation=d-1"));
        var narrowed = Refused("1", Link("d-1", "80", version: 4));

        Assert.Equal("BUDGET_EXCEEDED", narrowed.ReasonCode);
        Assert.Equal("0 110 0 0 -30", _run.Stand("delegation=d-1"));
        Assert.Equal(3, _run.Entries.Count(entry => entry.Kind == "budget.link_limited"));
    }

    [Fact]
    public void Reserve_AsADryRun_IsJudgedByTheNewerLimitAndRecordsNothing()
    {
        Ask("60", Link("d-1", "100"));
        var before = _run.Entries.Count;

        var decided = _run.Tree.Reserve(_run.Command(_run.NewId(), "", BudgetRun.Costs("50")).On(Link("d-1", "90", version: 2)), _run.Now);

        Assert.IsType<WorkloadRefused>(decided);
        Assert.Equal(before, _run.Entries.Count);
        Assert.Equal("0 60 0 0 40", _run.Stand("delegation=d-1"));
    }

    [Fact]
    public void Links_KeptBySnapshotAndFold_LimitAsBefore()
    {
        Ask("60", Link("d-1", "100", version: 2), Link("d-2", "70"));

        _run.Reload();
        Assert.Equal("0 60 0 0 10", _run.Stand("delegation=d-2"));
        Refused("20", Link("d-1", "100", version: 2), Link("d-2", "500", version: 1));
        _run.Refold();
        Assert.Equal("0 60 0 0 40", _run.Stand("delegation=d-1"));
        Refused("41", Link("d-1", "900", version: 1));
    }

    [Fact]
    public void Window_ThatHasPassed_LeavesTheLinkAndItsLimit()
    {
        Ask("60", Link("d-1", "100", BudgetPeriod.Hour));

        _run.Now = _run.Now.AddHours(1);

        Assert.Equal("delegation=d-1", Assert.Single(_run.View().Children!.Items).Scope.Value);
        Assert.Equal("0 0 0 0 100", _run.Stand("delegation=d-1"));
        Ask("100", Link("d-1", "100", BudgetPeriod.Hour));
        Assert.Equal("0 100 0 0 0", _run.Stand("delegation=d-1"));
    }

    [Fact]
    public void Settlement_OfAWorkload_IsSpentInEveryLink()
    {
        var (settled, left) = (Ask("20", Link("d-1", "500"), Link("d-2", "100")).Id, Ask("30", Link("d-1", "500"), Link("d-2", "100")).Id);
        _run.Settle(settled, "25");
        _run.Now = _run.Now.AddSeconds(120);
        _run.Expire();

        Assert.Equal("25 0 30 5 45", _run.Stand("delegation=d-2"));
        _run.WriteOff(left);

        Assert.Equal("25 0 0 5 475", _run.Stand("delegation=d-1"));
        Assert.Empty(_run.Tree.HeldByDelegation());
    }

    [Fact]
    public void Freeze_OfADelegation_StopsWhatItsChainsAsk_AndTheOthersGoOn()
    {
        Ask("20", Link("d-1", "500"), Link("d-2", "100"));
        _run.Freeze("delegation=d-2");

        var decision = Refused("1", Link("d-1", "500"), Link("d-2", "100"));
        Ask("1", Link("d-1", "500"), Link("d-3", "100"));
        _run.Unfreeze("delegation=d-2");
        Ask("1", Link("d-1", "500"), Link("d-2", "100"));

        Assert.Equal(("x_budget_frozen", "delegation d-2 is frozen: incident 7"), (decision.ReasonCode, decision.Reason));
    }

    [Fact]
    public void Acts_ThatWouldSetLimits_AreRefused()
    {
        Ask("20", Link("d-1", "500"));

        ConflictException[] refused =
        [
            Assert.Throws<ConflictException>(() => _run.Tree.Define(BudgetRun.Usd("5"), BudgetRun.Maria)),
            Assert.Throws<ConflictException>(() => _run.Tree.Archive(BudgetRun.Maria)),
            Assert.Throws<ConflictException>(() => _run.Adjust(new AdjustCommand("adj-1", Quantity.FromUnits(5), "more"))),
        ];

        Assert.All(refused, conflict => Assert.Equal("budget_of_delegation", conflict.Code));
    }

    [Fact]
    public void Reserve_WithoutAChainThatLimits_OrInAnotherUnit_IsRefused()
    {
        Ask("20", Link("d-1", "500"));
        var command = _run.Command(_run.NewId(), "", BudgetRun.Costs("1"));

        Assert.Equal("x_budget_missing", Assert.IsType<WorkloadRefused>(_run.Ask(command)).Decision.ReasonCode);
        var tokens = command with { Id = _run.NewId(), Spend = new SpendChain(Unit.Tokens, [Link("d-1", "500", version: 2)]) };
        Assert.Equal("x_budget_missing", Assert.IsType<WorkloadRefused>(_run.Ask(tokens)).Decision.ReasonCode);
        Assert.Equal(1, _run.Entries.Count(entry => entry.Kind == "budget.link_limited"));
    }

    [Fact]
    public void Admission_BeyondALink_IsNotVerified()
    {
        Ask("60", Link("d-1", "100"));
        var reserved = Assert.IsType<WorkloadReserved>(_run.Tree.Reserve(_run.Command(_run.NewId(), "", BudgetRun.Costs("40")).On(Link("d-1", "100")), _run.Now));

        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(reserved with { Amount = Quantity.Parse("40.01") }, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(reserved with { OnDemand = [ScopePath.Parse("delegation=d-9")] }, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(new BudgetLinkLimited(DelegationId.Parse("d-1"), Quantity.One, BudgetPeriod.Day, 1), _run.Now));
        _run.Tree.Verify(reserved, _run.Now);
    }

    private WorkloadEvent Ask(string amount, params SpendLink[] links)
    {
        var decided = _run.Ask(_run.Command(_run.NewId(), "", BudgetRun.Costs(amount)).On(links));
        return decided;
    }

    private Decision Refused(string amount, params SpendLink[] links) => Assert.IsType<WorkloadRefused>(Ask(amount, links)).Decision;
}
