using System.Collections.Immutable;
using System.Runtime.InteropServices;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Demo.Proofs;

/// <summary>
/// One budget recounted from its entries, independently of the code that enforces it: plain sums by scope and window,
/// and at every admission the question whether it fitted.
/// </summary>
internal sealed class ScopeLedger(BudgetRoot root)
{
    private readonly Dictionary<(ScopePath Scope, BudgetPeriod Period, DateTimeOffset? Start), ScopeTotals> _totals = [];
    private readonly Dictionary<WorkloadId, Hold> _holds = [];
    private readonly Dictionary<WorkloadId, (WorkloadId Approval, Hold Hold)> _taken = [];
    private Dictionary<ScopePath, IReadOnlyList<BudgetLimit>> _limits = [];
    private WindowCalendar _calendar = new(TimeZoneInfo.Utc);

    /// <summary>The budget.</summary>
    public BudgetRoot Root => root;

    /// <summary>The largest admission beyond a limit; zero if there was none.</summary>
    public Quantity Overspend { get; private set; }

    /// <summary>What was used, by scope and window.</summary>
    public IReadOnlyDictionary<(ScopePath Scope, BudgetPeriod Period, DateTimeOffset? Start), ScopeTotals> Totals => _totals;

    /// <summary>The scopes that anything was ever charged to.</summary>
    public IEnumerable<ScopePath> Scopes => _totals.Keys.Select(key => key.Scope).Distinct();

    /// <summary>What a scope used in one window.</summary>
    public ScopeTotals In(ScopePath scope, BudgetPeriod period, DateTimeOffset? start) => _totals.GetValueOrDefault((scope, period, start));

    /// <summary>What a scope used since the budget exists.</summary>
    public ScopeTotals Ever(ScopePath scope) => In(scope, BudgetPeriod.None, null);

    /// <summary>New limits; what is used stays.</summary>
    public void Define(BudgetDefinition definition)
    {
        _calendar = new WindowCalendar(definition.TimeZone is { } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : TimeZoneInfo.Utc);
        _limits = [];
        AddLimits(
            ScopePath.Root, definition.Period ?? BudgetPeriod.None,
            new BudgetScopeDefinition(definition.Limits, definition.Limit, definition.Period, definition.Children));
    }

    /// <summary>A delegation's limit in the tree that counts what is spent on it.</summary>
    public void Limit(BudgetLinkLimited limited) =>
        _limits[ScopePath.Root.Child(ScopeAttribute.Delegation, limited.Delegation.Value)] = [new BudgetLimit(limited.Limit, limited.Period)];

    /// <summary>An admission: notes by how much it went beyond a limit, and holds its amount.</summary>
    /// <param name="id">What it is held for: a workload, or an approval.</param>
    /// <param name="scope">The scope charged.</param>
    /// <param name="onDemand">The scopes on demand charged with it.</param>
    /// <param name="amount">How much.</param>
    /// <param name="at">When.</param>
    /// <param name="approval">The approval that it is allowed on, whose hold ends with it; null for none.</param>
    public void Admit(
        WorkloadId id, ScopePath scope, ImmutableArray<ScopePath>? onDemand, Quantity amount, DateTimeOffset at, ApprovalId? approval = null)
    {
        if (approval is { } named && TakeBack(named.Hold) is { } taken)
            _taken[id] = (named.Hold, taken);

        var paths = Paths(scope, onDemand);
        foreach (var path in paths)
        {
            foreach (var limit in _limits.GetValueOrDefault(path) ?? [])
            {
                var used = In(path, limit.Period, _calendar.At(limit.Period, at).Start).Used;
                Overspend = Quantity.Max(Overspend, used + amount - limit.Limit);
            }
        }

        Keep(id, new Hold(paths, at, amount, false));
    }

    /// <summary>The actual replaces what was held, whatever that was.</summary>
    public void Reconcile(WorkloadReconciled reconciled)
    {
        var held = TakeBack(reconciled.Id);
        Charge(held?.Paths ?? Paths(reconciled.Scope, reconciled.OnDemand), held?.At ?? reconciled.ReservedAt, new ScopeTotals(
            reconciled.Actual, default, default,
            Quantity.Max(reconciled.Actual - (held?.Amount ?? Quantity.Zero), Quantity.Zero)));
    }

    /// <summary>The hold stays counted, as unresolved.</summary>
    public void KeepUnresolved(WorkloadUnresolved unresolved)
    {
        var held = TakeBack(unresolved.Id);
        Keep(unresolved.Id, new Hold(
            held?.Paths ?? Paths(unresolved.Scope, unresolved.OnDemand), held?.At ?? unresolved.ReservedAt, unresolved.Amount, true));
    }

    /// <summary>The hold is given back.</summary>
    /// <param name="id">What it was held for.</param>
    /// <param name="approval">The approval that holds again what the workload had taken of it; null for none.</param>
    public void GiveBack(WorkloadId id, ApprovalId? approval = null)
    {
        TakeBack(id);
        if (_taken.Remove(id, out var taken) && taken.Approval == approval?.Hold)
            Keep(taken.Approval, taken.Hold);
    }

    /// <summary>Spend that nothing was held for: all of it is overrun.</summary>
    public void Record(UsageRecorded usage, DateTimeOffset at) =>
        Charge(Paths(usage.Scope, usage.OnDemand), at, new ScopeTotals(usage.Actual, default, default, usage.Actual));

    private static ImmutableArray<ScopePath> Paths(ScopePath scope, ImmutableArray<ScopePath>? onDemand) => [.. scope.FromRoot(), .. onDemand ?? []];

    private void Keep(WorkloadId id, Hold hold)
    {
        _holds[id] = hold;
        Charge(hold.Paths, hold.At, hold.IsUnresolved
            ? new ScopeTotals(default, default, hold.Amount, default)
            : new ScopeTotals(default, hold.Amount, default, default));
    }

    private Hold? TakeBack(WorkloadId id)
    {
        if (!_holds.Remove(id, out var hold))
            return null;

        var amount = Quantity.Zero - hold.Amount;
        Charge(hold.Paths, hold.At, hold.IsUnresolved
            ? new ScopeTotals(default, default, amount, default)
            : new ScopeTotals(default, amount, default, default));
        return hold;
    }

    private void Charge(ImmutableArray<ScopePath> paths, DateTimeOffset at, ScopeTotals change)
    {
        foreach (var period in WindowCalendar.Periods)
        {
            var start = _calendar.At(period, at).Start;
            foreach (var path in paths)
                CollectionsMarshal.GetValueRefOrAddDefault(_totals, (path, period, start), out _) += change;
        }
    }

    private void AddLimits(ScopePath path, BudgetPeriod inherited, BudgetScopeDefinition scope)
    {
        var period = scope.Period ?? inherited;
        _limits[path] = scope.Limit is { } limit ? [new BudgetLimit(limit, period)] : [.. scope.Limits ?? []];
        if (scope.Children is null)
            return;

        foreach (var (name, child) in scope.Children)
            AddLimits(path.Child(name), period, child);
    }

    private sealed record Hold(ImmutableArray<ScopePath> Paths, DateTimeOffset At, Quantity Amount, bool IsUnresolved);
}
