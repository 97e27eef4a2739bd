namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// The calendars that hung on the wall one after the other. Who counts by weeks turns to a new one when the week is over,
/// who counts by years when the year is.
/// </summary>
internal sealed class WallCalendars
{
    private readonly List<(DateTimeOffset At, WallCalendar Calendar)> _hung = [];
    private readonly Dictionary<BudgetPeriod, (DateTimeOffset At, WallWindow Window)> _seen = [];
    private readonly Dictionary<BudgetPeriod, List<(DateTimeOffset From, WallCalendar Calendar)>> _used = [];

    public void Hang(WallCalendar calendar, DateTimeOffset at)
    {
        _hung.Add((at, calendar));
        _used.Clear();
        _seen.Clear();
    }

    public WallWindow WindowOf(BudgetPeriod period, DateTimeOffset instant)
    {
        if (period == BudgetPeriod.None)
            return WallWindow.Endless;

        // The same instant is asked for again and again.
        if (_seen.TryGetValue(period, out var seen) && seen.At == instant)
            return seen.Window;
        if (!_used.TryGetValue(period, out var used))
            _used.Add(period, used = Used(period));
        var window = WindowOf(used, period, instant);
        _seen[period] = (instant, window);
        return window;
    }

    private static WallWindow WindowOf(List<(DateTimeOffset From, WallCalendar Calendar)> used, BudgetPeriod period, DateTimeOffset instant)
    {
        var (from, calendar) = used.Last(span => span.From <= instant);
        var window = calendar.WindowOf(period, instant);
        return window.Start < from ? window with { Start = from } : window;
    }

    private List<(DateTimeOffset From, WallCalendar Calendar)> Used(BudgetPeriod period)
    {
        var used = new List<(DateTimeOffset From, WallCalendar Calendar)> { (DateTimeOffset.MinValue, _hung[0].Calendar) };
        foreach (var (at, calendar) in _hung.Skip(1))
        {
            // A calendar that nobody has turned to yet is taken down again.
            used.RemoveAll(span => span.From > at);
            if (used[^1].Calendar != calendar)
                used.Add((WindowOf(used, period, at).End!.Value, calendar));
        }

        return used;
    }
}
