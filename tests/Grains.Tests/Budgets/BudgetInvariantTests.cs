using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What must never be appended. A stand is <c>spent reserved unresolved overrun remaining</c>.</summary>
public sealed class BudgetInvariantTests
{
    private readonly BudgetRun _run = new(At("2026-11-23T08:00:00Z"));

    // Rule 5: exactly once.
    [Fact]
    public void Verify_SecondReservationOfAnId_IsADefect()
    {
        _run.Define(BudgetRun.Usd("10"));
        var command = _run.Command(_run.NewId(), "", BudgetRun.Costs("1"));
        _run.Append(_run.Tree.Reserve(command, _run.Now));

        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(_run.Tree.Reserve(command, _run.Now), _run.Now));
        Assert.Equal("0 1 0 0 9", _run.Stand());
    }

    [Fact]
    public void Verify_AdmissionThatDoesNotFit_IsADefect()
    {
        _run.Define(BudgetRun.Usd("10"));
        var first = (WorkloadReserved)_run.Tree.Reserve(_run.Command(_run.NewId(), "", BudgetRun.Costs("6")), _run.Now);
        var second = (WorkloadReserved)_run.Tree.Reserve(_run.Command(_run.NewId(), "", BudgetRun.Costs("6")), _run.Now);
        _run.Append(first);

        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(second, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Append(second));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(second with { Amount = Quantity.Parse("-1") }, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(second with { Amount = Quantity.One, Scope = ScopePath.Parse("x") }, _run.Now));
        Assert.Equal("0 6 0 0 4", _run.Stand());
    }

    [Fact]
    public void Verify_AdmissionToAnArchivedBudget_IsADefect()
    {
        _run.Define(BudgetRun.Usd("10"));
        var admitted = _run.Tree.Reserve(_run.Command(_run.NewId(), "", BudgetRun.Costs("6")), _run.Now);
        _run.Append(_run.Tree.Archive(BudgetRun.Maria)!);

        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(admitted, _run.Now));
    }

    [Fact]
    public void Verify_SettlingWhatIsNotHeldSo_IsADefect()
    {
        _run.Define(BudgetRun.Usd("10"));
        var id = _run.Admit("4");
        var holding = _run.Standing(id);
        var reconciled = (WorkloadReconciled)_run.Tree.Settle(new SettleCommand(id, new Reconciliation(), BudgetRun.Costs("1")), holding)!;
        var released = _run.Tree.Release(id, holding, ReleaseCause.Requested, "given up")!;

        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(reconciled with { From = WorkloadState.Unresolved }, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(reconciled with { Reserved = Quantity.One }, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(reconciled with { Actual = Quantity.Parse("-1") }, _run.Now));
        _run.Append(reconciled);
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(reconciled, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(released, _run.Now));
        Assert.Throws<InvariantViolationException>(() => _run.Tree.Verify(new WorkloadExtended(id, _run.Now), _run.Now));
        Assert.Equal("1 0 0 0 9", _run.Stand());
    }

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);
}
