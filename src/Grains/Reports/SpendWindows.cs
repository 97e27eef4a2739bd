using System.Collections.Immutable;
using GenOps.ControlPlane.Budgets;

namespace GenOps.ControlPlane.Reports;

/// <summary>Spend summed by window.</summary>
/// <param name="windows">Windows that follow each other without a gap, the oldest first.</param>
internal sealed class SpendWindows(ImmutableArray<BudgetWindow> windows)
{
    private readonly SpendSums[] _sums = [.. windows.Select(_ => new SpendSums())];
    private int _last;

    /// <summary>Whether there was no change.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Each window with its sums, the newest last.</summary>
    public ImmutableArray<BudgetHistoryWindow> Items =>
    [
        .. windows.Zip(_sums, (window, sums) => new BudgetHistoryWindow(
            window.Start, window.End, sums.Spent, sums.Reserved, sums.Unresolved, sums.Overrun, sums.Calls, sums.Adjustments)),
    ];

    /// <summary>
    /// The window of <paramref name="newest"/> and those before it, at most <paramref name="countMax"/> of those that
    /// end after <paramref name="from"/>; the oldest first.
    /// </summary>
    /// <param name="calendar">Which window of the kind an instant lies in.</param>
    public static ImmutableArray<BudgetWindow> Until(
        Func<DateTimeOffset, BudgetWindow> calendar, DateTimeOffset newest, DateTimeOffset? from, int countMax)
    {
        List<BudgetWindow> windows = [];
        var window = calendar(newest);
        while (windows.Count < countMax)
        {
            windows.Add(window);
            if (window.Start is not { } start || start <= from || start < DateTimeOffset.UnixEpoch)
                break;
            window = calendar(start.AddTicks(-1));
        }

        windows.Reverse();
        return [.. windows];
    }

    /// <summary>Adds a change of an instant that lies in one of the windows.</summary>
    public void Add(in SpendChange change)
    {
        IsEmpty = false;
        if (!windows[_last].Contains(change.Instant))
            _last = Find(change.Instant);
        _sums[_last].Add(change);
    }

    private int Find(DateTimeOffset instant)
    {
        var (low, high) = (0, windows.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (windows[middle].Start <= instant)
                low = middle;
            else
                high = middle - 1;
        }

        return windows[low].Contains(instant)
            ? low
            : throw new ArgumentOutOfRangeException(nameof(instant), instant, "lies in none of the windows");
    }
}
