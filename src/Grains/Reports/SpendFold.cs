using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Reports;

/// <summary>
/// Turns the entries of one budget's stream, in order, into changes of what a scope spent and holds. It counts as
/// <see cref="Budgets.BudgetTree"/> does, for any range of time: it may begin at any entry that is not later than the
/// first one in the range, because whatever changes a window was reserved, used or adjusted in it.
/// </summary>
/// <param name="range">Which spend.</param>
/// <param name="by">What it is summed by; null if nothing is told apart.</param>
/// <param name="holdsMax">
/// The most workloads remembered. Beyond that those given back are forgotten first, then new ones are not remembered;
/// <see cref="Missing"/> names them when they are needed.
/// </param>
internal sealed class SpendFold(SpendRange range, SpendDimension? by, int holdsMax)
{
    private readonly Dictionary<WorkloadId, SpendHold> _holds = [];
    private readonly Dictionary<SpendKey, SpendKey> _keys = [];
    private int _givenBack;
    private bool _hasForgotten;

    /// <summary>How many values it has met that spend is summed by.</summary>
    public int KeyCount => _keys.Count;

    /// <summary>How many workloads it remembers.</summary>
    public int HoldCount => _holds.Count;

    /// <summary>
    /// The workload that <see cref="Recall"/> must be told of before <see cref="Take"/> can take the entry; null if all
    /// is known that is needed.
    /// </summary>
    public WorkloadId? Missing(in SpendEntry entry) =>
        _hasForgotten && IsFollowUp(entry.Effect) && entry.Workload is { } id && !_holds.ContainsKey(id)
        && range.Contains(entry.Instant) && MayCount(entry)
            ? id
            : null;

    /// <summary>Remembers a workload again.</summary>
    /// <param name="entries">Its entries in this stream that come before the one that needs it, in order.</param>
    public void Recall(IEnumerable<SpendEntry> entries)
    {
        foreach (var entry in entries)
        {
            var id = IdOf(entry);
            if (entry.Effect == SpendEffect.Hold && range.Contains(entry.Instant) && range.Counts(entry.Scope, entry.Data.OnDemand))
                Remember(id, new SpendHold(KeyOf(entry), WorkloadState.Open, false));
            else if (_holds.TryGetValue(id, out var hold))
                Follow(id, hold, entry);
        }
    }

    /// <summary>What the next entry changes; null if nothing within the range.</summary>
    /// <exception cref="InvalidDataException">It does not follow from the entries before.</exception>
    public SpendChange? Take(in SpendEntry entry)
    {
        if (!range.Contains(entry.Instant))
            return null;

        switch (entry.Effect)
        {
            case SpendEffect.Hold:
                return range.Counts(entry.Scope, entry.Data.OnDemand) ? Hold(entry) : null;

            case SpendEffect.Use:
                var used = entry.Data.Actual ?? throw entry.Broken("what was consumed");
                return range.Counts(entry.Scope, entry.Data.OnDemand)
                    ? new SpendChange(entry.Instant, KeyOf(entry), Spent: used, Overrun: used, Calls: 1)
                    : null;

            case SpendEffect.Adjust:
                var credit = entry.Data.Amount ?? throw entry.Broken("how much");
                return range.Counts(entry.Scope, null)
                    ? new SpendChange(entry.Instant, null, Spent: Quantity.Zero - credit)
                    : null;
        }

        var id = IdOf(entry);
        if (_holds.TryGetValue(id, out var hold))
        {
            var change = Follow(id, hold, entry);
            if (_holds.Count > holdsMax)
                Forget(id);
            return change;
        }

        if (entry.Effect == SpendEffect.Withdraw || !range.Counts(entry.Scope, entry.Data.OnDemand))
            return null;
        throw new InvalidDataException($"{entry.Stream} #{entry.Seq}: nothing was reserved for {id} at {entry.Instant:O}");
    }

    private static bool IsFollowUp(SpendEffect effect) => effect is not (SpendEffect.Hold or SpendEffect.Use or SpendEffect.Adjust);

    private static WorkloadId IdOf(in SpendEntry entry) => entry.Workload ?? throw entry.Broken("its workload");

    /// <summary>A withdrawal does not say which scopes on demand it was charged to.</summary>
    private bool MayCount(in SpendEntry entry) =>
        range.Counts(entry.Scope, entry.Data.OnDemand) || entry.Effect == SpendEffect.Withdraw && range.Scope.IsOnDemand;

    private SpendChange Hold(in SpendEntry entry)
    {
        var key = KeyOf(entry);
        if (_holds.Count >= holdsMax)
            ForgetGivenBack();
        if (_holds.Count < holdsMax)
            Remember(IdOf(entry), new SpendHold(key, WorkloadState.Open, false));
        else
            _hasForgotten = true;
        return new SpendChange(entry.Instant, key, Reserved: entry.Data.Amount ?? throw entry.Broken("how much"), Calls: 1);
    }

    private SpendChange Follow(WorkloadId id, SpendHold hold, in SpendEntry entry)
    {
        var change = new SpendChange(entry.Instant, hold.Key);
        var from = entry.Data.From ?? hold.State;
        var held = entry.Data.Reserved ?? entry.Data.Amount ?? throw entry.Broken("what was held");
        if (from == WorkloadState.Open)
            change = change with { Reserved = Quantity.Zero - held };
        else if (from == WorkloadState.Unresolved)
            change = change with { Unresolved = Quantity.Zero - held };
        else
            change = change with { Calls = 1 };

        switch (entry.Effect)
        {
            case SpendEffect.Reconcile:
                // Entries of earlier builds leave the overrun to be worked out: money that was given back covers nothing.
                var actual = entry.Data.Actual ?? throw entry.Broken("what was consumed");
                var covered = from == WorkloadState.Open || from == WorkloadState.Unresolved && !hold.WasGivenBack ? held : Quantity.Zero;
                Forget(id);
                return change with { Spent = actual, Overrun = entry.Data.Overrun ?? Quantity.Max(actual - covered, Quantity.Zero) };

            case SpendEffect.LeaveUnresolved:
                Remember(id, hold with { State = WorkloadState.Unresolved, WasGivenBack = hold.WasGivenBack || from != WorkloadState.Open });
                return change with { Unresolved = change.Unresolved + held };

            case SpendEffect.Release:
                Remember(id, hold with { State = WorkloadState.Released });
                return change with { Calls = change.Calls - 1 };

            default:
                Forget(id);
                return change with { Calls = change.Calls - 1 };
        }
    }

    private SpendKey KeyOf(in SpendEntry entry)
    {
        if (by is not { } dimension)
            return SpendKey.None;

        var key = SpendKey.Of(dimension, entry.Agent, entry.Attributes);
        if (_keys.TryGetValue(key, out var known))
            return known;
        _keys.Add(key, key);
        return key;
    }

    private void Remember(WorkloadId id, SpendHold hold)
    {
        Forget(id);
        _holds.Add(id, hold);
        if (hold.State == WorkloadState.Released)
            _givenBack++;
    }

    private void Forget(WorkloadId id)
    {
        if (_holds.Remove(id, out var hold) && hold.State == WorkloadState.Released)
            _givenBack--;
    }

    /// <summary>Most of what was given back never comes back. Only where it is worth a look at all that is remembered.</summary>
    private void ForgetGivenBack()
    {
        if (_givenBack <= holdsMax / 16)
            return;

        _hasForgotten = true;
        foreach (var (id, hold) in _holds)
        {
            if (hold.State == WorkloadState.Released)
                Forget(id);
        }
    }
}
