using System.Collections.Immutable;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// The calendars that a budget has had. The first holds for all time. A later one begins, for each kind of window by
/// itself, where the window that was running at the change ends; its own window there is cut to start at that instant.
/// Windows before are never touched, so that late charges find theirs. A calendar that is replaced before it begins
/// leaves no trace. Immutable.
/// </summary>
public sealed class CalendarHistory
{
    private readonly ImmutableArray<ImmutableArray<Era>> _eras;

    private CalendarHistory(ImmutableArray<CalendarChange> changes, ImmutableArray<ImmutableArray<Era>> eras)
    {
        Changes = changes;
        _eras = eras;
    }

    /// <summary>The history before the first definition: it has no windows yet but <see cref="BudgetPeriod.None"/>.</summary>
    public static CalendarHistory Empty { get; } = new([], [.. WindowCalendar.Periods.Select(_ => ImmutableArray<Era>.Empty)]);

    /// <summary>The calendars, oldest first.</summary>
    public ImmutableArray<CalendarChange> Changes { get; }

    /// <summary>The history of these changes, oldest first.</summary>
    /// <exception cref="TimeZoneNotFoundException">This machine doesn't know a zone.</exception>
    public static CalendarHistory From(ImmutableArray<CalendarChange> changes) =>
        changes.Aggregate(Empty, (history, change) => history.Change(change));

    /// <summary>
    /// The history with one more calendar; the same history if the newest calendar is like that already. A change that
    /// claims to be older than the newest one counts as made with it: windows that have been used are not cut again.
    /// </summary>
    /// <exception cref="TimeZoneNotFoundException">This machine doesn't know the zone.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such day or month.</exception>
    public CalendarHistory Change(CalendarChange change)
    {
        if (Changes is [.., var newest])
        {
            if (change with { At = newest.At } == newest)
                return this;
            if (change.At < newest.At)
                change = change with { At = newest.At };
        }

        var calendar = new WindowCalendar(ZoneOf(change.TimeZone), change.WeekStart, change.FiscalYearStart);
        return new CalendarHistory(
            Changes.Add(change), [.. WindowCalendar.Periods.Select(period => Eras(period, calendar, change.At))]);
    }

    /// <summary>The window of <paramref name="period"/> that <paramref name="instant"/> lies in.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such period.</exception>
    /// <exception cref="InvalidOperationException">There is no calendar yet.</exception>
    public BudgetWindow At(BudgetPeriod period, DateTimeOffset instant)
    {
        if (period == BudgetPeriod.None)
            return new BudgetWindow(period, null, null);
        if (!Enum.IsDefined(period))
            throw new ArgumentOutOfRangeException(nameof(period), period, "has no calendar");

        // Nearly every question is about the newest era.
        var eras = _eras[(int)period];
        for (var i = eras.Length - 1; i >= 0; i--)
        {
            var era = eras[i];
            if (era.Start > instant)
                continue;

            var window = era.Calendar.At(period, instant);
            return window.Start < era.Start ? window with { Start = era.Start } : window;
        }

        throw new InvalidOperationException("A budget has no windows before its first definition.");
    }

    /// <summary>
    /// The zone called so. Earlier builds took a name in another case while the right one happened to be in memory: such a definition
    /// must be read for ever, also by a machine that finds zones by the names of files.
    /// </summary>
    private static TimeZoneInfo ZoneOf(string name) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone
            : TimeZoneInfo.GetSystemTimeZones().FirstOrDefault(known => string.Equals(known.Id, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new TimeZoneNotFoundException($"this machine knows no time zone '{name}'");

    private ImmutableArray<Era> Eras(BudgetPeriod period, WindowCalendar calendar, DateTimeOffset changedAt)
    {
        var eras = _eras[(int)period];
        if (period == BudgetPeriod.None)
            return eras;
        if (eras.IsEmpty)
            return [new Era(DateTimeOffset.MinValue, calendar)];

        // The end of a window is a boundary of its era's calendar: that era needs no cut where this one takes over.
        var start = At(period, changedAt).End!.Value;
        var begun = eras[^1].Start == start ? eras.RemoveAt(eras.Length - 1) : eras;
        return begun.Add(new Era(start, calendar));
    }

    /// <summary>From when on the windows of one kind are a calendar's.</summary>
    private readonly record struct Era(DateTimeOffset Start, WindowCalendar Calendar);
}
