using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Budgets.DelegationChains;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Money that waits for a person's approval. A stand is <c>spent reserved unresolved overrun remaining</c>.</summary>
public sealed class ApprovalHoldTests
{
    private static readonly DateTimeOffset End = DateTimeOffset.Parse("2026-11-23T10:00:00Z", CultureInfo.InvariantCulture);

    private readonly BudgetRun _run = new(End.AddHours(-2));

    public ApprovalHoldTests() => _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day) with { OnExpiry = ExpiryAction.Keep });

    [Fact]
    public void Hold_ForAnApproval_CountsAndIsNoWorkload()
    {
        var hold = Hold("4");

        Assert.Equal("0 4 0 0 6", _run.Stand());
        Assert.Equal(End, _run.Tree.NextOwnDue);
        Assert.Empty(_run.Tree.Held(WorkloadState.Open, null, 10));
        Assert.Empty(_run.Tree.HeldByDelegation());
        Assert.Equal("BUDGET_RESERVATION_FAILED", _run.Refuse("7").ReasonCode);
        Assert.True(WorkloadRecord.Of(hold, [.. _run.Entries.Where(entry => entry.Workload == hold)])!.IsApproval);
    }

    [Fact]
    public void Hold_ThatDoesNotFit_IsRefused()
    {
        var refused = Assert.IsType<WorkloadRefused>(_run.Ask(_run.Command(_run.NewId(), "", BudgetRun.Costs("11")).Until(End)));

        Assert.Equal("BUDGET_RESERVATION_FAILED", refused.Decision.ReasonCode);
        Assert.Equal(["budget.defined"], _run.Entries.Select(entry => entry.Kind));
        var late = Assert.IsType<WorkloadRefused>(_run.Ask(_run.Command(_run.NewId(), "", BudgetRun.Costs("1")).Until(_run.Now)));
        Assert.Equal("x_approval_expired", late.Decision.ReasonCode);
    }

    [Theory]
    [InlineData(ExpiryAction.Keep)]
    [InlineData(ExpiryAction.Release)]
    public void Expiry_OfAHold_GivesItBack(ExpiryAction onExpiry)
    {
        _run.Define(BudgetRun.Usd("10", BudgetPeriod.Day) with { OnExpiry = onExpiry });
        var hold = Hold("4");

        _run.Now = End;
        var released = Assert.IsType<ApprovalReleased>(Assert.Single(_run.Expire()));

        Assert.Equal((hold, ReleaseCause.Expired, Quantity.Parse("4")), (released.Id, released.Cause, released.Amount));
        Assert.Equal("0 0 0 0 10", _run.Stand());
        Assert.Null(_run.Tree.NextOwnDue);
    }

    [Fact]
    public void Denial_GivesTheHoldBackOnce_AndNoClientMay()
    {
        var hold = Hold("4");

        Assert.Equal("approval_hold", Assert.Throws<ConflictException>(() => _run.Tree.ReleaseApproval(hold, ReleaseCause.Requested, "given up")).Code);
        _run.Append(_run.Tree.ReleaseApproval(hold, ReleaseCause.Denied, "too dear")!);

        Assert.Equal("0 0 0 0 10", _run.Stand());
        Assert.Null(_run.Tree.ReleaseApproval(hold, ReleaseCause.Denied, "too dear"));
        Assert.Equal("x_approval_used", Refused("1", hold).ReasonCode);
    }

    [Fact]
    public void Use_TakesThePlaceOfTheHold_WithTheAmountOfThen()
    {
        var hold = Hold("8");

        var reserved = Assert.IsType<WorkloadReserved>(Use("10", hold));

        Assert.Equal("0 10 0 0 0", _run.Stand());
        Assert.Equal($"p-{hold}", reserved.Decision.Approval);
        Assert.Equal(new ApprovalId(hold), reserved.Approval);
        Assert.Null(_run.Tree.Find(hold));
        Assert.Equal("x_approval_used", Refused("0", hold).ReasonCode);
        _run.Settle(reserved.Id, "9");
        Assert.Equal("9 0 0 0 1", _run.Stand());
    }

    [Fact]
    public void Use_OfMoreThanIsThere_IsRefusedAndLeavesTheHold()
    {
        var hold = Hold("8");
        _run.Admit("1");

        Assert.Equal("BUDGET_RESERVATION_FAILED", Refused("9.5", hold).ReasonCode);

        Assert.Equal("0 9 0 0 1", _run.Stand());
        Assert.IsType<WorkloadReserved>(Use("9", hold));
        Assert.Equal("0 10 0 0 0", _run.Stand());
    }

    [Fact]
    public void Use_InALaterWindow_IsChargedToThatOne()
    {
        var hold = Hold("8", _run.Now.AddDays(2));
        _run.Now = _run.Now.AddDays(1);
        Assert.Equal("0 0 0 0 10", _run.Stand());
        _run.Admit("5");

        var refused = Refused("6", hold, _run.Now.AddDays(1));
        Use("5", hold, _run.Now.AddDays(1));

        Assert.Equal("BUDGET_RESERVATION_FAILED", refused.ReasonCode);
        Assert.Equal("0 10 0 0 0", _run.Stand());
    }

    [Fact]
    public void Use_AfterTheEnd_IsRefusedAsExpired()
    {
        var hold = Hold("8");

        _run.Now = End;

        Assert.Equal("x_approval_expired", Refused("1", hold).ReasonCode);
        Assert.Equal("x_approval_expired", Refused("1", hold, End.AddHours(1)).ReasonCode);
        _run.Expire();
        Assert.Equal("x_approval_expired", Refused("1", hold).ReasonCode);
    }

    [Fact]
    public void Withdrawal_OfTheUse_MakesTheApprovalUsableAgain_EvenWhereItNoLongerFits()
    {
        var hold = Hold("8");
        var id = Use("2", hold).Id;
        _run.Admit("7");
        _run.Reload();

        _run.Append(_run.Tree.Withdraw(id, _run.Standing(id), Suspended(id)));

        Assert.Equal("0 15 0 0 -5", _run.Stand());
        Assert.Equal(End, _run.Tree.Find(hold)!.ExpiresAt);
        Assert.IsType<WorkloadReserved>(Use("3", hold));
        Assert.Equal("0 10 0 0 0", _run.Stand());
        _run.Refold();
        Assert.Equal("0 10 0 0 0", _run.Stand());
        _run.Now = End;
        Assert.DoesNotContain(_run.Expire(), ended => ended is ApprovalReleased);
    }

    [Fact]
    public void Expiry_OfAHoldThatCameBack_GivesItBackOnce()
    {
        var hold = Hold("8");
        var id = Use("2", hold).Id;
        _run.Append(_run.Tree.Withdraw(id, _run.Standing(id), Suspended(id)));

        _run.Now = End;

        Assert.Single(_run.Expire());
        Assert.Equal("0 0 0 0 10", _run.Stand());
    }

    [Fact]
    public void Withdrawal_AfterTheApprovalsEnd_BringsNothingBack()
    {
        var hold = Hold("8");
        var id = Use("2", hold).Id;
        _run.Now = End;

        _run.Append(_run.Tree.Withdraw(id, _run.Standing(id), Suspended(id)));

        Assert.Equal("0 0 0 0 10", _run.Stand());
        Assert.Null(_run.Tree.Find(hold));
    }

    [Fact]
    public void EarlierBudget_WhoseWorkloadWasRefused_HoldsForTheApprovalAgain()
    {
        var hold = Hold("8");
        var id = Use("2", hold, earlier: true).Id;
        Assert.Equal("0 2 0 0 8", _run.Stand());

        var released = _run.Release(id, ReleaseCause.Refused)!;

        Assert.Equal(new ApprovalId(hold), released.Approval);
        Assert.Equal("0 8 0 0 2", _run.Stand());
    }

    [Fact]
    public void EarlierBudget_WhereNothingIsHeldForTheApproval_ReservesAsUsual()
    {
        var unknown = _run.NewId();

        var id = Assert.IsType<WorkloadHeld>(Use("2", unknown, earlier: true)).Id;

        Assert.Equal("0 2 0 0 8", _run.Stand());
        Assert.Null(_run.Release(id, ReleaseCause.Refused)!.Approval);
        Assert.Equal("0 0 0 0 10", _run.Stand());
    }

    [Fact]
    public void EarlierBudget_OfTwoUsesOfWhichOneIsAdmitted_HoldsNothingForTheApprovalAfterIt()
    {
        var hold = Hold("3");
        var (first, second) = (Use("2", hold, earlier: true).Id, Use("2", hold, earlier: true).Id);
        Assert.Equal("0 4 0 0 6", _run.Stand());

        _run.Settle(first, "1");
        _run.Release(second, ReleaseCause.Refused);

        Assert.Equal("1 0 0 0 9", _run.Stand());
        Assert.Null(_run.Tree.Find(hold));
    }

    [Fact]
    public void EarlierBudget_OfTwoUsesThatAreBothRefused_HoldsForTheApprovalOnce()
    {
        var hold = Hold("3");
        var (first, second) = (Use("2", hold, earlier: true).Id, Use("2", hold, earlier: true).Id);

        _run.Release(second, ReleaseCause.Refused);
        Assert.Equal("0 2 0 0 8", _run.Stand());
        _run.Reload();
        _run.Release(first, ReleaseCause.Refused);

        Assert.Equal("0 3 0 0 7", _run.Stand());
        Assert.NotNull(_run.Tree.Find(hold));
    }

    [Fact]
    public void EarlierBudget_WhoseClientGaveBack_LeavesTheApprovalUsed()
    {
        var hold = Hold("3");
        var id = Use("2", hold, earlier: true).Id;

        _run.Release(id);

        Assert.Equal("0 0 0 0 10", _run.Stand());
        Assert.Null(_run.Tree.Find(hold));
    }

    [Fact]
    public void Entry_ThatUsesAnApprovalWithoutAHold_IsNotVerified()
    {
        var hold = Hold("3");
        var reserved = Assert.IsType<WorkloadReserved>(_run.Tree.Reserve(UseCommand("2", hold), _run.Now));

        _run.Tree.Verify(reserved, _run.Now);
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(reserved with { Approval = new ApprovalId(_run.NewId()) }, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(new WorkloadExtended(hold, End), _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(
            new WorkloadReleased(hold, ScopePath.Root, _run.Now, Quantity.Parse("3"), ReleaseCause.Requested, "mine", WorkloadState.Open), _run.Now));
    }

    private static Decision Suspended(WorkloadId id) =>
        new(id, DecisionResult.Blocked, ReasonCodes.AgentSuspended, "suspended", null, [], null, new Epoch(8));

    private WorkloadId Hold(string amount, DateTimeOffset? end = null)
    {
        var id = _run.NewId();
        Assert.IsType<ApprovalHeld>(_run.Ask(_run.Command(id, "", BudgetRun.Costs(amount)).Until(end ?? End)));
        return id;
    }

    private ReserveCommand UseCommand(string amount, WorkloadId hold, DateTimeOffset? end = null, bool earlier = false) =>
        _run.Command(_run.NewId(), "", BudgetRun.Costs(amount), ttlSeconds: 86_400, earlier ? BudgetRun.Other : null).With(hold, end ?? End);

    private WorkloadEvent Use(string amount, WorkloadId hold, DateTimeOffset? end = null, bool earlier = false) =>
        _run.Ask(UseCommand(amount, hold, end, earlier));

    private Decision Refused(string amount, WorkloadId hold, DateTimeOffset? end = null) =>
        Assert.IsType<WorkloadRefused>(Use(amount, hold, end)).Decision;
}
