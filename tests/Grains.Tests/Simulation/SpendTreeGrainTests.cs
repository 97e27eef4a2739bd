using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A budget's actor, asked for chains of delegations and for approvals.</summary>
public sealed class SpendTreeGrainTests
{
    private static readonly BudgetRoot Tree = BudgetRoot.Of(DelegationId.Parse("d-1"));

    private readonly SimulatedScenario _scenario = new();
    private readonly DateTimeOffset _end;

    public SpendTreeGrainTests() => _end = _scenario.World.Clock.GetUtcNow().AddDays(1);

    [Fact]
    public void Tree_BeforeItsFirstUse_IsUnknown_AndComesWithIt()
    {
        Assert.Null(_scenario.Do(() => On(Tree).GetHeaderAsync().AsTask()));
        Assert.Equal("budget_not_found", _scenario.Fails<NotFoundException, BudgetView>(_scenario.Begin(() => On(Tree).GetAsync(ScopePath.Root, null, 10))).Code);
        var command = Command("4") with { Spend = Limits("10"), Chain = [DelegationId.Parse("d-1"), DelegationId.Parse("d-2")] };
        Assert.Equal(DecisionResult.Allowed, _scenario.Do(() => On(Tree).ReserveAsync(command with { DryRun = true })).Decision.Result);
        Assert.Equal("", _scenario.Kinds(BudgetKey("@d-1")));

        var reply = _scenario.Do(() => On(Tree).ReserveAsync(command));

        Assert.Equal((true, DecisionResult.Allowed), (reply.Decided, reply.Decision.Result));
        Assert.Equal("budget.defined budget.link_limited workload.reserved", _scenario.Kinds(BudgetKey("@d-1")));
        var view = _scenario.Do(() => On(Tree).GetAsync(ScopePath.Root, null, 10));
        var child = Assert.Single(view.Children!.Items);
        Assert.Equal(("delegation=d-1", "6"), (child.Scope.Value, child.Limits[0].Remaining.ToString()));
        var hold = Assert.Single(_scenario.Do(() => On(Tree).ListDelegationHoldsAsync()));
        Assert.Equal(new DelegationHold(DelegationId.Parse("d-2"), AgentId.Parse(OneTree), 1, Quantity.Parse("4")), hold);
        Assert.True(_scenario.Do(() => On(Tree).ReserveAsync(command)).Replayed);
        _scenario.Do(() => On(Tree).SettleAsync(new SettleCommand(command.Id, new Reconciliation(), new Charge(Quantity.Parse("3")))));
        Assert.Empty(_scenario.Do(() => On(Tree).ListDelegationHoldsAsync()));
    }

    [Fact]
    public void Tree_OfADelegation_IsNotPutArchivedOrAdjusted()
    {
        foreach (var act in (Func<Task<BudgetView>>[])
            [
                () => On(Tree).PutAsync(Usd("5"), Maria), () => On(Tree).ArchiveAsync(Maria),
                () => On(Tree).AdjustAsync(new AdjustCommand("adj-1", Quantity.One, "more"), Maria),
            ])
            Assert.Equal("budget_of_delegation", _scenario.Fails<ConflictException, BudgetView>(_scenario.Begin(act)).Code);
    }

    [Fact]
    public void Hold_ForAnApproval_AskedAgain_IsTheSame_AndOfOtherContentIsAConflict()
    {
        var command = Command("4") with { HoldUntil = _end };

        var first = _scenario.Do(() => On("b-usd").ReserveAsync(command));
        var again = _scenario.Do(() => On("b-usd").ReserveAsync(command));

        Assert.Equal((false, false, DecisionResult.Allowed), (first.Decided, first.Replayed, first.Decision.Result));
        Assert.Equal((false, true), (again.Decided, again.Replayed));
        Assert.Equal(first.Decision.Reservations, again.Decision.Reservations);
        Assert.Equal(_end, again.Decision.ExpiresAt);
        Assert.Equal("budget.defined approval.held", _scenario.Kinds(BudgetKey("b-usd")));
        foreach (var other in (ReserveCommand[])[command with { Hash = ContentHash.Of("other") }, command with { HoldUntil = null }])
            Assert.Equal("idempotency_conflict", _scenario.Fails<ConflictException, ReserveReply>(_scenario.Begin(() => On("b-usd").ReserveAsync(other))).Code);
    }

    [Fact]
    public void Hold_ThatDoesNotFit_IsAnsweredAndNotRecorded()
    {
        var refused = _scenario.Do(() => On("b-usd").ReserveAsync(Command("11") with { HoldUntil = _end }));
        var ofTree = _scenario.Do(() => On(Tree).ReserveAsync(Command("11") with { HoldUntil = _end, Spend = Limits("10") }));

        Assert.Equal((true, ReasonCodes.BudgetReservationFailed), (refused.Decided, refused.Decision.ReasonCode));
        Assert.Equal((true, ReasonCodes.BudgetReservationFailed), (ofTree.Decided, ofTree.Decision.ReasonCode));
        Assert.Equal("budget.defined", _scenario.Kinds(BudgetKey("b-usd")));
        Assert.Equal("", _scenario.Kinds(BudgetKey("@d-1")));
    }

    [Fact]
    public void Hold_ForAnApproval_IsNoWorkloadToAnybody()
    {
        var command = Command("4") with { HoldUntil = _end };
        _scenario.Do(() => On("b-usd").ReserveAsync(command));

        Assert.Equal("approval_hold", _scenario.Fails<ConflictException, Settlement?>(
            _scenario.Begin(() => On("b-usd").ReleaseAsync(command.Id, ReleaseCause.Requested, "given up"))).Code);
        Assert.Equal("workload_not_found", _scenario.Fails<NotFoundException, Settlement>(_scenario.Begin(
            () => On("b-usd").SettleAsync(new SettleCommand(command.Id, new Reconciliation(), new Charge(Quantity.One))))).Code);
        Assert.Equal("workload_not_found", _scenario.Fails<NotFoundException, ExtendResult>(_scenario.Begin(() => On("b-usd").ExtendAsync(command.Id, 10))).Code);
        Assert.Equal("workload_not_found", _scenario.Fails<NotFoundException, WriteOffResult>(_scenario.Begin(
            () => On("b-usd").WriteOffAsync(new WriteOffCommand("lost", [command.Id]), Maria))).Code);
        Assert.Empty(_scenario.Do(() => On("b-usd").ListHeldAsync(WorkloadState.Open, null, 10)));
        Assert.Equal("budget.defined approval.held", _scenario.Kinds(BudgetKey("b-usd")));
    }

    [Fact]
    public void Denial_AfterWhichTheHoldIsAskedAgain_HoldsNothing()
    {
        var command = Command("4") with { HoldUntil = _end };
        _scenario.Do(() => On("b-usd").ReserveAsync(command));

        var denied = _scenario.Do(() => On("b-usd").ReleaseAsync(command.Id, ReleaseCause.Denied, "too dear"));
        var again = _scenario.Do(() => On("b-usd").ReleaseAsync(command.Id, ReleaseCause.Denied, "too dear"));
        var asked = _scenario.Do(() => On("b-usd").ReserveAsync(command));

        Assert.Equal((WorkloadState.Released, WorkloadState.Released), (denied!.State, again!.State));
        Assert.Equal((true, ReasonCodes.ApprovalUsed), (asked.Decided, asked.Decision.ReasonCode));
        Assert.Equal("budget.defined approval.held approval.released", _scenario.Kinds(BudgetKey("b-usd")));
        Assert.Equal("0", _scenario.Limit("b-usd").Reserved.ToString());
    }

    [Fact]
    public void Use_Withdrawn_IsFollowedByAnother()
    {
        var hold = Command("8") with { HoldUntil = _end };
        _scenario.Do(() => On("b-usd").ReserveAsync(hold));
        var use = new ApprovalUse(new ApprovalId(hold.Id), _end);
        var (first, second, third) = (Command("9") with { Approval = use }, Command("9") with { Approval = use }, Command("1") with { Approval = use });

        var allowed = _scenario.Do(() => On("b-usd").ReserveAsync(first));
        Assert.Equal(ReasonCodes.ApprovalUsed, _scenario.Do(() => On("b-usd").ReserveAsync(hold)).Decision.ReasonCode);
        Assert.True(_scenario.Do(() => On("b-usd").WithdrawAsync(first.Id, allowed.Decision with { Result = DecisionResult.Blocked, ReasonCode = ReasonCodes.AgentSuspended })));
        Assert.Equal(DecisionResult.Allowed, _scenario.Do(() => On("b-usd").ReserveAsync(hold)).Decision.Result);
        Assert.Equal("8", _scenario.Limit("b-usd").Reserved.ToString());
        var used = _scenario.Do(() => On("b-usd").ReserveAsync(second));
        var late = _scenario.Do(() => On("b-usd").ReserveAsync(third));

        Assert.Equal((DecisionResult.Allowed, use.Approval.ToString()), (used.Decision.Result, used.Decision.Approval));
        Assert.Equal(ReasonCodes.ApprovalUsed, late.Decision.ReasonCode);
        Assert.Equal("9", _scenario.Limit("b-usd").Reserved.ToString());
        Assert.NotNull(_scenario.Do(() => On("b-usd").ReleaseAsync(hold.Id, ReleaseCause.Denied, "too late")));
        Assert.Equal("9", _scenario.Limit("b-usd").Reserved.ToString());
    }

    [Fact]
    public void Expiry_OfAHold_IsDoneByItsOwnBudget()
    {
        _scenario.Do(() => On("b-usd").ReserveAsync(Command("8") with { HoldUntil = _end }));

        _scenario.World.Clock.Advance(TimeSpan.FromDays(2));
        _scenario.Do(() => On("b-usd").SettleDueAsync());

        Assert.Equal("budget.defined approval.held approval.released", _scenario.Kinds(BudgetKey("b-usd")));
        Assert.Equal("0", _scenario.Limit("b-usd").Reserved.ToString());
    }

    [Fact]
    public void StaleActivation_ThatDoesNotKnowTheHold_IsToldByTheLedger()
    {
        var hold = Command("8") with { HoldUntil = _end };
        var first = _scenario.Only(BudgetKey("b-usd"));
        var second = _scenario.Activate(BudgetKey("b-usd"), 1 - first.Node.Number);
        _scenario.Do(() => _scenario.Cluster.Get<IBudgetGrain>(first).ReserveAsync(hold));

        _scenario.Do(() => _scenario.Cluster.Get<IBudgetGrain>(second).ReleaseAsync(hold.Id, ReleaseCause.Denied, "too dear"));

        Assert.Equal("budget.defined approval.held approval.released", _scenario.Kinds(BudgetKey("b-usd")));
    }

    private static SpendChain Limits(string limit) =>
        new(Unit.Usd, [new SpendLink(DelegationId.Parse("d-1"), Quantity.Parse(limit), BudgetPeriod.Day, 1)]);

    private IBudgetGrain On(BudgetRoot root) => _scenario.Cluster.Get<IBudgetGrain>(IBudgetGrain.Key(Acme, root));

    private IBudgetGrain On(string root) => On(BudgetRoot.Parse(root));

    private ReserveCommand Command(string amount)
    {
        var request = _scenario.Ask(OneTree, amount);
        return new ReserveCommand(
            request.Id!.Value, request, ContentHash.Of(request), ScopePath.Root, new Charge(Quantity.Parse(amount)), new Epoch(1), null, []);
    }
}
