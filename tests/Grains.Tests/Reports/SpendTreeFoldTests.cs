using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Budgets.DelegationChains;

namespace GenOps.ControlPlane.Reports;

/// <summary>Reports of a delegation's tree, whose scopes are its delegations.</summary>
public sealed class SpendTreeFoldTests
{
    private readonly BudgetRun _run = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero), root: Root);

    [Fact]
    public void Scope_OfADelegation_CountsItsChainsAndNoWaitingApproval()
    {
        var end = _run.Now.AddHours(1);
        var (first, both) = (Link("d-1", "500"), Link("d-2", "100"));
        _run.Ask(Command("30").On(first));
        var hold = _run.Ask(Command("20").On(first, both).Until(end)).Id;
        Assert.Equal(("30 0 1", "0 0 0"), (Fold("delegation=d-1"), Fold("delegation=d-2")));

        var used = _run.Ask(Command("25").On(first, both).With(hold, end)).Id;
        Assert.Equal(("55 0 2", "25 0 1", "55 0 2"), (Fold("delegation=d-1"), Fold("delegation=d-2"), Fold("")));
        Assert.Equal("0 55 0 0 445", _run.Stand("delegation=d-1"));
        _run.Append(_run.Tree.Withdraw(used, _run.Standing(used), new Decision(used, DecisionResult.Blocked, ReasonCodes.AgentSuspended, "suspended", null, [], null, new Epoch(8))));
        Assert.Equal(("30 0 1", "0 0 0"), (Fold("delegation=d-1"), Fold("delegation=d-2")));
        var again = _run.Ask(Command("5").On(first, both).With(hold, end)).Id;
        _run.Settle(again, "6");

        Assert.Equal(("30 6 2", "0 6 1"), (Fold("delegation=d-1"), Fold("delegation=d-2")));
    }

    private ReserveCommand Command(string amount) => _run.Command(_run.NewId(), "", BudgetRun.Costs(amount));

    /// <summary>What a report says: <c>reserved spent calls</c>.</summary>
    private string Fold(string scope)
    {
        var fold = new SpendFold(new SpendRange(ScopePath.Parse(scope)), null, 1_000);
        var (reserved, spent, calls) = (Quantity.Zero, Quantity.Zero, 0);
        foreach (var entry in _run.Entries)
        {
            if (SpendEntry.Read(entry) is { } read && fold.Take(read) is { } change)
                (reserved, spent, calls) = (reserved + change.Reserved, spent + change.Spent, calls + change.Calls);
        }

        return $"{reserved} {spent} {calls}";
    }
}
