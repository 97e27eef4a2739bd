using System.Text;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Demo.Proofs;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Silo.Tests.Demo.Entries;

namespace GenOps.ControlPlane.Silo.Tests.Demo;

public sealed class LedgerRecountTests
{
    [Fact]
    public void Take_EveryEnding_SumsByScope()
    {
        var (spent, overrun, released, unresolved, late, open) = (NewId(), NewId(), NewId(), NewId(), NewId(), NewId());
        var entries = new Entries().Define("100", "50")
            .Reserve(spent, "1").Reconcile(spent, "1", "0.25")
            .Reserve(overrun, "1").Reconcile(overrun, "1", "1.5")
            .Reserve(released, "1").Release(released, "1")
            .Reserve(unresolved, "2").KeepUnresolved(unresolved, "2")
            .Reserve(late, "3").KeepUnresolved(late, "3").Reconcile(late, "3", "4", WorkloadState.Unresolved)
            .Reserve(open, "0.000000000001");

        var expected = new ScopeTotals(Q("5.75"), Q("0.000000000001"), Q("2"), Q("1.5"));
        var budget = entries.Recount.Budgets[Usd];
        Assert.Equal([ScopePath.Root, Team, Bot], budget.Scopes.OrderBy(scope => scope.Value, StringComparer.Ordinal));
        Assert.All(budget.Scopes, scope => Assert.Equal(expected, budget.Ever(scope)));
        Assert.Equal(Quantity.Zero, entries.Recount.Overspend);
        Assert.Equal(13, entries.Recount.Entries);
        Assert.Null(entries.Recount.BrokenLink);
    }

    [Fact]
    public void Take_ReconciledTheNextDay_BelongsToTheDayOfItsReservation()
    {
        var id = NewId();
        var budget = new Entries().Define("100", "50")
            .Reserve(id, "1").Reconcile(id, "1", "0.5", at: Noon.AddDays(1))
            .Recount.Budgets[Usd];

        // Midnight in Berlin is 23:00 UTC in winter.
        var day = new DateTimeOffset(2026, 11, 22, 23, 0, 0, TimeSpan.Zero);
        Assert.Equal(Q("0.5"), budget.In(Bot, BudgetPeriod.Day, day).Spent);
        Assert.Equal(default, budget.In(Bot, BudgetPeriod.Day, day.AddDays(1)));
    }

    [Theory]
    [InlineData("50", "50", "0")]
    [InlineData("49.999999999999", "50", "0.000000000001")]
    [InlineData("50", "49.5", "0.5")]
    [InlineData("30", "40", "20")]
    public void Take_AdmissionBeyondALimit_IsTheOverspend(string rootLimit, string botLimit, string overspend)
    {
        var (first, second) = (NewId(), NewId());
        var recount = new Entries().Define(rootLimit, botLimit).Reserve(first, "20").Reserve(second, "30").Recount;
        Assert.Equal(overspend, recount.Overspend.ToString());
    }

    [Fact]
    public void Take_OverrunAndUnresolved_CountAgainstTheNextAdmission()
    {
        var (overrun, unresolved, next) = (NewId(), NewId(), NewId());
        var recount = new Entries().Define(null, "10")
            .Reserve(overrun, "1").Reconcile(overrun, "1", "8")
            .Reserve(unresolved, "2").KeepUnresolved(unresolved, "2")
            .Reserve(next, "0.75").Recount;
        Assert.Equal("0.75", recount.Overspend.ToString());
    }

    [Fact]
    public void Take_OverrunAlone_IsNoOverspend()
    {
        var id = NewId();
        var recount = new Entries().Define(null, "10").Reserve(id, "1").Reconcile(id, "1", "20").Recount;
        Assert.Equal("0", recount.Overspend.ToString());
    }

    [Fact]
    public void Take_NextDay_HasItsOwnLimit()
    {
        var (today, tomorrow) = (NewId(), NewId());
        var recount = new Entries().Define(null, "10").Reserve(today, "10").Reserve(tomorrow, "10", Noon.AddDays(1)).Recount;
        Assert.Equal("0", recount.Overspend.ToString());
    }

    [Fact]
    public void Take_HoldInAnotherBudget_IsCheckedThereAndDecidesNothing()
    {
        var tokens = BudgetRoot.Parse("tokens");
        var id = NewId();
        var recount = new Entries().Define(null, "10").Define(null, "5", tokens)
            .Hold(id, "6", tokens, Usd).Reserve(id, "1").Recount;
        Assert.Equal("1", recount.Budgets[tokens].Overspend.ToString());
        Assert.Equal("0", recount.Budgets[Usd].Overspend.ToString());
        Assert.Equal("1", recount.Overspend.ToString());
        Assert.Equal(new RecordedDecision(DecisionResult.Allowed, null, 1), recount.Decisions[id]);
    }

    [Fact]
    public void Take_Withdrawn_IsOneDecisionAndHoldsNothing()
    {
        var (refused, withdrawn) = (NewId(), NewId());
        var recount = new Entries().Define(null, "10")
            .Refuse(refused, ReasonCodes.BudgetExceeded)
            .Reserve(withdrawn, "1").Withdraw(withdrawn, "1", ReasonCodes.AgentSuspended).Recount;
        Assert.Equal(new RecordedDecision(DecisionResult.Blocked, ReasonCodes.BudgetExceeded, 1), recount.Decisions[refused]);
        Assert.Equal(new RecordedDecision(DecisionResult.Blocked, ReasonCodes.AgentSuspended, 1), recount.Decisions[withdrawn]);
        Assert.Equal(default, recount.Budgets[Usd].Ever(Bot));
    }

    [Fact]
    public void Take_TreeOfADelegation_CountsEveryLinkAndItsLimit()
    {
        var tree = BudgetRoot.Parse("@team");
        var (team, worker, other) = (DelegationId.Parse("team"), DelegationId.Parse("team.bot"), DelegationId.Parse("team.other"));
        var (first, second) = (NewId(), NewId());
        var entries = new Entries().DefineTree(tree, (team, "10"), (worker, "3"))
            .Reserve(first, "2", root: tree, chain: [team, worker]).Reserve(second, "9", root: tree, chain: [team, other])
            .Release(second, "9", tree);

        var budget = entries.Recount.Budgets[tree];
        Assert.Equal("1", budget.Overspend.ToString());
        var held = new ScopeTotals(default, Q("2"), default, default);
        Assert.Equal(held, budget.Ever(ScopePath.Root));
        Assert.Equal(held, budget.Ever(ScopePath.Parse("delegation=team")));
        Assert.Equal(held, budget.Ever(ScopePath.Parse("delegation=team.bot")));
        Assert.Equal(default, budget.Ever(ScopePath.Parse("delegation=team.other")));

        // Windows of a tree are those of UTC.
        Assert.Equal(held, budget.In(ScopePath.Parse("delegation=team"), BudgetPeriod.Day, new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void Take_ApprovalUsed_ItsHoldBecomesTheWorkloads()
    {
        var approval = ApprovalId.New(Noon);
        var id = NewId();
        var recount = new Entries().Define(null, "10").HoldForApproval(approval, "8").Reserve(id, "9", approval: approval).Recount;
        Assert.Equal(Q("9"), recount.Budgets[Usd].Ever(Bot).Reserved);
        Assert.Equal(Quantity.Zero, recount.Overspend);
        Assert.Equal([id], recount.Decisions.Keys);
    }

    [Fact]
    public void Take_ApprovalWithdrawnAndOver_HoldsAgainAndThenNothing()
    {
        var approval = ApprovalId.New(Noon);
        var id = NewId();
        var entries = new Entries().Define(null, "10").HoldForApproval(approval, "8").Reserve(id, "9", approval: approval)
            .Withdraw(id, "9", ReasonCodes.AuthorityRevoked, approval);
        Assert.Equal(Q("8"), entries.Recount.Budgets[Usd].Ever(Bot).Reserved);
        Assert.Equal(default, entries.ReleaseApproval(approval, "8").Recount.Budgets[Usd].Ever(Bot));
    }

    [Fact]
    public void AdmittedAfterRevocation_OnlyWhatStandsAfterTheEntry_IsNamed()
    {
        var (team, other) = (DelegationId.Parse("team"), DelegationId.Parse("other"));
        var (before, elsewhere, withdrawn, late) = (NewId(), NewId(), NewId(), NewId());
        var entries = new Entries().Define(null, "10").Reserve(before, "1", chain: [team]);
        Assert.Null(entries.Recount.AdmittedAfterRevocation(team));

        entries.Revoke(team).Reserve(elsewhere, "1", chain: [other])
            .Reserve(withdrawn, "1", chain: [team]).Withdraw(withdrawn, "1", ReasonCodes.AuthorityRevoked);
        Assert.Empty(entries.Recount.AdmittedAfterRevocation(team)!);

        entries.Reserve(late, "1", chain: [team, other]);
        Assert.Equal([late], entries.Recount.AdmittedAfterRevocation(team)!);
        Assert.Null(entries.Recount.AdmittedAfterRevocation(other));
    }

    [Fact]
    public void Take_DecidedTwice_IsCounted()
    {
        var id = NewId();
        var recount = new Entries().Define(null, "10").Reserve(id, "1").Refuse(id, ReasonCodes.BudgetExceeded).Recount;
        Assert.Equal(2, recount.Decisions[id].Times);
    }

    [Fact]
    public void Take_TheSameEntryAgain_ChangesNothing()
    {
        var entries = new Entries().Define(null, "10").Reserve(NewId(), "1");
        Assert.False(entries.Recount.Take(entries.Last!));
        Assert.Equal(2, entries.Recount.Entries);
        Assert.Equal(Q("1"), entries.Recount.Budgets[Usd].Ever(Bot).Reserved);
    }

    [Fact]
    public void Take_OneByteChanged_BreaksTheChain()
    {
        var entries = new Entries().Define(null, "10").Reserve(NewId(), "1");
        var text = Encoding.UTF8.GetString(entries.Last!.Text.Span).Replace("\"amount\":\"1\"", "\"amount\":\"2\"", StringComparison.Ordinal);
        var recount = new LedgerRecount();
        recount.Take(EntryText.Compose(new StreamId("b/acme/usd"), default, new BudgetDefined(new BudgetDefinition(Unit.Usd), Principal.Bootstrap), Noon));
        recount.Take(entries.Last with { Text = Encoding.UTF8.GetBytes(text) });
        Assert.Equal("b/acme/usd #2 does not build on the entry before it", recount.BrokenLink);
    }

    [Fact]
    public void Take_EntryMissing_BreaksTheChain()
    {
        var entries = new Entries().Define(null, "10").Reserve(NewId(), "1");
        var recount = new LedgerRecount();
        recount.Take(entries.Last! with { Seq = 3 });
        Assert.Equal("b/acme/usd #3 does not build on the entry before it", recount.BrokenLink);
    }
}
