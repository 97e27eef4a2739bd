using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

// What must not follow: asked before an entry is queued.
public sealed partial class BudgetTree
{
    /// <inheritdoc/>
    public void Verify(LedgerEvent content, DateTimeOffset at)
    {
        switch (content)
        {
            case WorkloadReserved reserved:
                var used = reserved.Approval is { } approval ? OpenHoldOf(approval, at) : null;
                Require(reserved.Approval is null || used is not null, $"{reserved.Id}: admitted on {reserved.Approval}, which holds nothing");
                VerifyAdmission(reserved.Id, reserved.Scope, reserved.OnDemand, reserved.Amount, reserved.WorstCase, used, at);
                break;

            case WorkloadHeld held:
                VerifyAdmission(
                    held.Id, held.Scope, held.OnDemand, held.Amount, held.WorstCase, held.Approval is { } named ? OpenHoldOf(named, at) : null, at);
                break;

            case ApprovalHeld waiting:
                VerifyAdmission(waiting.Id, waiting.Scope, waiting.OnDemand, waiting.Amount, waiting.WorstCase, null, at);
                Require(at < waiting.ExpiresAt, $"{waiting.Id}: is held for an approval that ended at {waiting.ExpiresAt:O}");
                break;

            case ApprovalReleased ended:
                Require(
                    _holdings.Find(ended.Id) is { IsForApproval: true } pending && pending.Amount == ended.Amount, $"{ended.Id}: released, but no approval waits on it");
                VerifyFreed(ended.Scope, ended.OnDemand, ended.HeldAt, at, Freed(WorkloadState.Open, ended.Amount));
                break;

            case BudgetLinkLimited limited:
                Require(Exists && root.IsOfDelegation, $"{new BudgetPath(root, ScopePath.Root)}: the delegation {limited.Delegation} has no tree here");
                Require(_links.IsNews(LinkOf(limited)), $"{root}: the delegation {limited.Delegation} is limited by version {limited.Version} already");
                Require(!limited.Limit.IsNegative && limited.Limit < Quantity.Bound, $"{root}: a limit of {limited.Limit}");
                break;

            case WorkloadReconciled reconciled:
                VerifyHolding(reconciled.Id, reconciled.From, reconciled.Reserved);
                VerifyAmount(reconciled.Id, reconciled.Actual);
                VerifyFreed(reconciled.Scope, reconciled.OnDemand, reconciled.ReservedAt, at, Freed(reconciled.From, reconciled.Reserved));
                Require(
                    !(reconciled.Overrun > reconciled.Actual) && !(reconciled.Overrun < reconciled.Actual - reconciled.Reserved),
                    $"{reconciled.Id}: an overrun of {reconciled.Overrun} of {reconciled.Actual}");
                break;

            case WorkloadUnresolved unresolved:
                VerifyHolding(unresolved.Id, unresolved.From, unresolved.Amount);
                Require(unresolved.From != WorkloadState.Unresolved, $"{unresolved.Id}: is unresolved already");
                VerifyFreed(unresolved.Scope, unresolved.OnDemand, unresolved.ReservedAt, at, Freed(unresolved.From, unresolved.Amount));
                break;

            case WorkloadReleased released:
                Require(
                    _holdings.Find(released.Id) is { IsForApproval: false } given
                        ? given.Amount == released.Amount && (released.From is null || released.From == given.State)
                        : released.From == WorkloadState.Unresolved && _holdings.HasForgotten,
                    $"{released.Id}: released, but not held");
                VerifyFreed(
                    released.Scope, released.OnDemand, released.ReservedAt, at,
                    Freed(released.From ?? _holdings.Find(released.Id)!.State, released.Amount));
                VerifyComeback(released.Id, released.Approval);
                break;

            case WorkloadWithdrawn withdrawn:
                Require(_holdings.Find(withdrawn.Id) is { IsForApproval: false } taken && taken.Amount == withdrawn.Amount, $"{withdrawn.Id}: withdrawn, but not held");
                VerifyComeback(withdrawn.Id, withdrawn.Approval);
                break;

            case WorkloadExtended extended:
                Require(_holdings.Find(extended.Id) is { State: WorkloadState.Open, IsForApproval: false }, $"{extended.Id}: extended, but not open");
                break;

            case UsageRecorded usage:
                VerifyAmount(usage.Id, usage.Actual);
                Require(!(usage.ChargedAt > at), $"{usage.Id}: charged to a window that has not begun");
                break;

            case BudgetAdjusted adjusted:
                Require(Exists && _adjustments.Find(adjusted.AdjustmentId) is null, $"{root}: the adjustment {adjusted.AdjustmentId} is made twice");
                break;

            case BudgetWrittenOff written:
                Require(Exists && _adjustments.Find(written.WriteOffId) is null, $"{root}: the write-off {written.WriteOffId} is made twice");
                break;

            case BudgetFrozen frozen:
                Require(Exists && !_frozen.ContainsKey(frozen.Scope), $"{new BudgetPath(root, frozen.Scope)}: is frozen already");
                break;

            case BudgetUnfrozen unfrozen:
                Require(_frozen.ContainsKey(unfrozen.Scope), $"{new BudgetPath(root, unfrozen.Scope)}: is not frozen");
                break;

            case BudgetAlerted alerted:
                Require(
                    _usage.Find(alerted.Scope) is { } node && LastAlert(node, alerted.Period, alerted.WindowStart) < alerted.Threshold,
                    $"{new BudgetPath(root, alerted.Scope)}: alerted of {alerted.Threshold} percent twice");
                break;
        }
    }

    private void VerifyComeback(WorkloadId id, ApprovalId? approval) => Require(
        approval is null || _holdings.Find(id)?.Taken?.Approval == approval && _holdings.TakersOf(approval.Value).Count() == 1,
        $"{id}: is not the last that took the place of {approval}");

    /// <exception cref="InvariantViolationException">A scope holds less than would be given back.</exception>
    private void VerifyFreed(
        ScopePath scope, ImmutableArray<ScopePath>? onDemand, DateTimeOffset instant, DateTimeOffset at, in UsageChange change)
    {
        if (Plan.Scopes.TryGetValue(scope, out var planned))
        {
            foreach (var above in planned.Way)
                VerifyFreed(NodeOf(above), instant, at, change);
        }
        else
        {
            foreach (var path in scope.FromRoot())
                VerifyFreed(_usage.Find(path), instant, at, change);
        }

        foreach (var path in onDemand ?? [])
            VerifyFreed(_usage.Find(path), instant, at, change);
    }

    private void VerifyFreed(ScopeNode? node, DateTimeOffset instant, DateTimeOffset at, in UsageChange change)
    {
        if (node is not null && !IsOfAnotherLife(node, instant))
            _usage.VerifyFreed(node, instant, at, change);
    }

    private void VerifyAdmission(
        WorkloadId id, ScopePath scope, ImmutableArray<ScopePath>? onDemand, Quantity amount, Quantity? worstCase, TakenHold? taken, DateTimeOffset at)
    {
        VerifyAmount(id, amount);
        Require(IsActive, $"{id}: admitted to {root}, which takes no new work");
        Require(_holdings.Find(id) is null, $"{id}: reserved twice in {root}");
        Require(!(worstCase < amount), $"{id}: holds {amount}, more than the {worstCase} that it may cost at most");
        if (!Plan.Scopes.TryGetValue(scope, out var planned))
            throw new InvariantViolationException($"{id}: admitted to {new BudgetPath(root, scope)}, which does not exist");

        foreach (var above in planned.Way)
            VerifyAdmission(id, above.Path, NodeOf(above), above.Limits, amount, taken, at);
        foreach (var path in onDemand ?? [])
        {
            var terms = TermsOf(path) ?? throw new InvariantViolationException($"{id}: counts in {new BudgetPath(root, path)}, which nothing makes");
            VerifyAdmission(id, path, _usage.Find(path) is { } node && !_usage.HasLapsed(node, at) ? node : null, terms, amount, taken, at);
        }
    }

    private void VerifyAdmission(
        WorkloadId id, ScopePath path, ScopeNode? node, ImmutableArray<LimitTerm> terms, Quantity amount, TakenHold? taken, DateTimeOffset at)
    {
        Require(!_frozen.ContainsKey(path), $"{id}: admitted to {new BudgetPath(root, path)}, which is frozen");
        foreach (var term in Plan.IsEnforced ? terms : [])
        {
            if (!term.IsInForce(at))
                continue;

            var used = Used(path, node, term.Period, taken, at);
            var limit = term.Limit + _adjustments.Raised(path, term.Period, at);
            Require(used + amount <= limit, $"{id}: admitted {amount} to {new BudgetPath(root, path)}, which has used {used} of {limit}");
        }
    }

    private static void VerifyAmount(WorkloadId id, Quantity amount) =>
        Require(!amount.IsNegative && amount < Quantity.Bound, $"{id}: an amount of {amount}");

    private void VerifyHolding(WorkloadId id, WorkloadState from, Quantity amount)
    {
        var held = _holdings.Find(id);
        Require(
            held is null
                ? from is WorkloadState.Released or WorkloadState.Refused || from == WorkloadState.Unresolved && _holdings.HasForgotten
                : held is { IsForApproval: false } && held.State == from && held.Amount == amount,
            $"{id}: settled as {from} {amount}, but it is {held?.State.ToString() ?? "not held"} {held?.Amount}");
    }
}
