using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Budgets.DelegationChains;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Gives each generated step to a delegation's tree and to the model, and compares all that can be seen of them.</summary>
internal sealed class SpendTreeRun(DateTimeOffset start)
{
    private const int LinkCount = 5;
    private const int ItemsMax = 120;

    private readonly BudgetRun _run = new(start, root: Root);
    private readonly SpendTreeModel _model = new();
    private readonly List<(int Version, int Quarters)>[] _definitions =
        [.. Enumerable.Range(0, LinkCount).Select(link => new List<(int, int)> { (1, 60 - (8 * link)) })];

    /// <summary>How often each thing happened.</summary>
    public Dictionary<string, int> Met { get; } = new(StringComparer.Ordinal);

    public void Do(SpendTreeStep step)
    {
        switch (step.What)
        {
            case SpendTreeStep.Kind.Pass:
                _run.Now = _run.Now.AddSeconds(step.Seconds);
                break;

            case SpendTreeStep.Kind.Reload:
                _run.Reload();
                break;

            case SpendTreeStep.Kind.Refold:
                _run.Refold();
                break;

            case SpendTreeStep.Kind.Change:
                var definitions = _definitions[step.Which % LinkCount];
                definitions.Add((definitions.Count + 1, 10 + (5 * step.Quarters)));
                break;

            case SpendTreeStep.Kind.Expire:
                Expire();
                break;

            case SpendTreeStep.Kind.Deny when Pick(step.Which, item => item is { IsApproval: true, State: WorkloadState.Open }) is { } approval:
                _run.Append(_run.Tree.ReleaseApproval(approval.Id, ReleaseCause.Denied, "too dear")!);
                approval.State = WorkloadState.Released;
                Meet("denied");
                break;

            case SpendTreeStep.Kind.Settle or SpendTreeStep.Kind.SettleUnknown when Pick(step.Which, IsHeld) is { } item:
                Settle(item, step);
                break;

            case SpendTreeStep.Kind.Release when Pick(step.Which, IsHeld) is { } item:
                _run.Release(item.Id);
                item.State = WorkloadState.Released;
                _model.End(item, wasAdmitted: true, _run.Now);
                break;

            case SpendTreeStep.Kind.Refuse when Pick(step.Which, item => IsOpen(item) && item.IsDecidedElsewhere) is { } item:
                var approvalOf = item.Taken;
                item.State = WorkloadState.Released;
                _model.End(item, wasAdmitted: false, _run.Now);
                var released = _run.Release(item.Id, ReleaseCause.Refused)!;
                MeetComeback("refused", approvalOf);
                if (approvalOf is { State: WorkloadState.Open })
                    Assert.Equal(approvalOf.Id, released.Approval?.Hold);
                break;

            case SpendTreeStep.Kind.Withdraw when Pick(step.Which, item => IsOpen(item) && !item.IsDecidedElsewhere) is { } item:
                var refusal = new Decision(item.Id, DecisionResult.Blocked, ReasonCodes.AgentSuspended, "suspended", null, [], null, new Epoch(8));
                _run.Append(_run.Tree.Withdraw(item.Id, _run.Standing(item.Id), refusal));
                var taken = item.Taken;
                item.State = WorkloadState.Released;
                _model.End(item, wasAdmitted: false, _run.Now);
                MeetComeback("withdrawn", taken);
                break;

            case SpendTreeStep.Kind.Reserve or SpendTreeStep.Kind.HoldElsewhere or SpendTreeStep.Kind.Ask or SpendTreeStep.Kind.Use or SpendTreeStep.Kind.UseElsewhere
                when _model.Items.Count < ItemsMax:
                Ask(step);
                break;
        }

        Compare();
    }

    private static bool IsOpen(SpendTreeItem item) => item is { IsApproval: false, State: WorkloadState.Open };

    private static bool IsHeld(SpendTreeItem item) => item is { IsApproval: false, State: WorkloadState.Open or WorkloadState.Unresolved };

    private static Quantity Amount(int quarters) => Quantity.FromPico((Int128)quarters * 250_000_000_000);

    private static DelegationId NameOf(int link) => DelegationId.Parse($"d-{link + 1}");

    private void Meet(string what) => Met[what] = Met.GetValueOrDefault(what) + 1;

    private void MeetComeback(string how, SpendTreeItem? approval) =>
        Meet(approval is null ? how : approval.State switch
        {
            WorkloadState.Open => $"{how}, and the approval holds again",
            WorkloadState.Released => $"{how} after the approval's end",
            _ => $"{how}, and another workload is on the approval",
        });

    /// <summary>Mostly one of the youngest.</summary>
    private SpendTreeItem? Pick(int which, Func<SpendTreeItem, bool> of)
    {
        var some = _model.Items.Where(of).ToList();
        some = which % 4 == 0 ? some : [.. some.TakeLast(4)];
        return some.Count == 0 ? null : some[which / 4 % some.Count];
    }

    private void Settle(SpendTreeItem item, SpendTreeStep step)
    {
        if (step.What == SpendTreeStep.Kind.SettleUnknown)
        {
            if (_run.Settle(item.Id, new Charge(null)) is not null)
                item.State = WorkloadState.Unresolved;
        }
        else
        {
            _run.Settle(item.Id, new Charge(Amount(step.Quarters)));
            (item.State, item.Actual) = (WorkloadState.Reconciled, step.Quarters);
        }

        _model.End(item, wasAdmitted: true, _run.Now);
    }

    private void Expire()
    {
        // In the tree of another budget's decision it is that budget which says what became of them: here, that it was admitted.
        var due = _model.Items.Where(item => item.State == WorkloadState.Open && item.ExpiresAt <= _run.Now).ToList();
        var ended = _run.Expire().Select(content => content.Id).ToList();
        Assert.Equal(due.Where(item => !item.IsDecidedElsewhere).Select(item => item.Id).Order(), ended.Order());
        foreach (var item in due)
        {
            if (item.IsDecidedElsewhere)
                _run.Append(_run.Tree.End(item.Id, _run.Standing(item.Id)));
            item.State = item.IsApproval ? WorkloadState.Released : WorkloadState.Unresolved;
            _model.End(item, wasAdmitted: true, _run.Now);
            Meet(item.IsApproval ? "approval expired" : "expired");
        }
    }

    private void Ask(SpendTreeStep step)
    {
        // The agent may not have the newest definition of every link yet.
        var links = Enumerable.Range(0, LinkCount).Where(link => link == 0 || (step.Links & (1 << link)) != 0).ToArray();
        var said = links.ToDictionary(link => link, link => _definitions[link][^(1 + (step.Which % Math.Min(2, _definitions[link].Count)))]);
        var limits = links.Select(link => (link, _model.Newest(link, said[link]).Quarters)).ToList();
        var id = _run.NewId();
        var isApproval = step.What == SpendTreeStep.Kind.Ask;
        var isElsewhere = step.What is SpendTreeStep.Kind.HoldElsewhere or SpendTreeStep.Kind.UseElsewhere;
        var agent = $"bot-{step.Which % 2}";
        var command = _run.Command(
                id, "", new Charge(Amount(step.Quarters)), 1 + step.Seconds, isElsewhere ? BudgetRun.Other : null, request => request with { Agent = AgentId.Parse(agent) })
            .On([.. links.Select(link => new SpendLink(NameOf(link), Amount(said[link].Quarters), SpendTreeModel.PeriodOf(link), said[link].Version))]);
        var expiresAt = _run.Now.AddSeconds(1 + step.Seconds);
        if (isApproval)
            command = command.Until(expiresAt);

        SpendTreeItem? used = null;
        string? fault = null;
        if (step.What is SpendTreeStep.Kind.Use or SpendTreeStep.Kind.UseElsewhere)
        {
            used = Pick(step.Which, item => item.IsApproval && item.ExpiresAt > _run.Now.AddHours(-1));
            if (used is null)
                return;
            command = command.With(used.Id, used.ExpiresAt);
            if (!isElsewhere && used.ExpiresAt <= _run.Now)
                fault = ReasonCodes.ApprovalExpired;
            else if (!isElsewhere && used.State != WorkloadState.Open)
                fault = ReasonCodes.ApprovalUsed;
        }

        var instead = used is { State: WorkloadState.Open } && _run.Now < used.ExpiresAt ? used : null;
        fault ??= _model.Fault(limits, step.Quarters, instead, _run.Now);
        var decided = _run.Ask(command);
        Meet($"{step.What} {fault}".Trim());
        if (fault is not null)
        {
            var refusal = Assert.IsType<WorkloadRefused>(decided).Decision;
            Assert.Equal((fault, command.Chain!.Value[^1]), (refusal.ReasonCode, refusal.Chain!.Value[^1]));
            if (!isApproval)
                Learn(said);
            return;
        }

        Learn(said);
        var item = new SpendTreeItem
        {
            Id = id,
            IsApproval = isApproval,
            Links = links,
            At = _run.Now,
            Held = step.Quarters,
            ExpiresAt = expiresAt,
            IsDecidedElsewhere = isElsewhere,
            Agent = agent,
        };
        if (instead is not null)
        {
            instead.State = WorkloadState.Refused;
            item.Taken = instead;
        }
        else if (used is not null && _model.Items.Any(other => other.Taken == used))
        {
            item.Taken = used;
            Meet("two on one approval");
        }

        _model.Items.Add(item);
        switch (decided)
        {
            case ApprovalHeld held:
                Assert.True(isApproval);
                Assert.Equal((Amount(step.Quarters), expiresAt), (held.Amount, held.ExpiresAt));
                break;

            case WorkloadHeld held:
                Assert.True(isElsewhere);
                Assert.Equal((Amount(step.Quarters), used?.Id, NameOf(links[^1])), (held.Amount, held.Approval?.Hold, held.Delegation));
                break;

            default:
                var reserved = Assert.IsType<WorkloadReserved>(decided);
                Assert.Equal((step.What, used?.Id), (used is null ? SpendTreeStep.Kind.Reserve : SpendTreeStep.Kind.Use, reserved.Approval?.Hold));
                break;
        }
    }

    private void Learn(Dictionary<int, (int Version, int Quarters)> said)
    {
        foreach (var (link, definition) in said)
            _model.Known[link] = _model.Newest(link, definition);
    }

    private void Compare()
    {
        if (_model.Known.Count == 0)
        {
            Assert.False(_run.Tree.Exists);
            return;
        }

        CompareRow(null);
        foreach (var link in _model.Known.Keys)
            CompareRow(link);

        var open = _model.Items.Where(IsOpen).ToList();
        Assert.Equal(open.Select(item => item.Id).Order(), _run.Tree.Held(WorkloadState.Open, null, ItemsMax));
        var sums = open.GroupBy(item => (Delegation: NameOf(item.Links[^1]), item.Agent))
            .Select(group => new DelegationHold(
                group.Key.Delegation, AgentId.Parse(group.Key.Agent), group.Count(item => !item.IsDecidedElsewhere), Amount(group.Sum(item => item.Held))))
            .OrderBy(hold => hold.Delegation!.Value.Value, StringComparer.Ordinal).ThenBy(hold => hold.Agent.Value, StringComparer.Ordinal);
        Assert.Equal(sums, _run.Tree.HeldByDelegation());
        foreach (var approval in _model.Items.Where(item => item.IsApproval))
            Assert.Equal(approval.State == WorkloadState.Open, _run.Tree.Find(approval.Id) is { IsForApproval: true });
    }

    private void CompareRow(int? link)
    {
        var row = Assert.Single(_run.View(link is { } one ? $"delegation={NameOf(one)}" : "").Limits);
        int Sum(WorkloadState state, Func<SpendTreeItem, int> of) => _model.Sum(link, _run.Now, item => item.State == state ? of(item) : 0);
        var told = (
            Amount(Sum(WorkloadState.Reconciled, item => item.Actual)), Amount(Sum(WorkloadState.Open, item => item.Held)),
            Amount(Sum(WorkloadState.Unresolved, item => item.Held)), link is { } known ? Amount(_model.Known[known].Quarters) : (Quantity?)null);
        Assert.Equal(told, (row.Spent, row.Reserved, row.Unresolved, row.Limit));
    }
}
