namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// Windows as a person with a wall calendar, a wall clock and much patience finds them: minute by minute, day by day.
/// </summary>
internal sealed class WindowCalendarOracle(TimeZoneInfo zone, DayOfWeek weekStart, int fiscalYearStart)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public BudgetWindow At(BudgetPeriod period, DateTimeOffset instant) =>
        period == BudgetPeriod.Hour ? Hour(instant) : Days(period, instant);

    private DateTime Shown(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, zone).DateTime;

    private BudgetWindow Hour(DateTimeOffset instant)
    {
        var start = new DateTimeOffset(instant.UtcTicks - (instant.UtcTicks % Minute.Ticks), TimeSpan.Zero);
        var end = start + Minute;
        while (!StartsHour(start))
            start -= Minute;
        while (!StartsHour(end))
            end += Minute;
        return new BudgetWindow(BudgetPeriod.Hour, start, end);
    }

    private bool StartsHour(DateTimeOffset minute)
    {
        // What the clock would show if it didn't jump now, and every minute that it leaves out if it does.
        var shown = Shown(minute);
        for (var passed = Shown(minute - Minute) + Minute; passed < shown; passed += Minute)
        {
            if (passed.Minute == 0)
                return true;
        }

        return shown.Minute == 0;
    }

    private BudgetWindow Days(BudgetPeriod period, DateTimeOffset instant)
    {
        var date = DateOnly.FromDateTime(Shown(instant)).AddDays(1);
        while (Start(date) > instant)
            date = date.AddDays(-1);

        var (first, next) = (date, date.AddDays(1));
        while (!IsFirst(period, first))
            first = first.AddDays(-1);
        while (!IsFirst(period, next))
            next = next.AddDays(1);
        return new BudgetWindow(period, Start(first), Start(next));
    }

    private bool IsFirst(BudgetPeriod period, DateOnly date) => period switch
    {
        BudgetPeriod.Day => true,
        BudgetPeriod.Week => date.DayOfWeek == weekStart,
        BudgetPeriod.Month => date.Day == 1,
        BudgetPeriod.Quarter => date.Day == 1 && (date.Month - fiscalYearStart) % 3 == 0,
        BudgetPeriod.Year => date.Day == 1 && date.Month == fiscalYearStart,
        _ => throw new ArgumentOutOfRangeException(nameof(period)),
    };

    private DateTimeOffset Start(DateOnly date)
    {
        var midnight = date.ToDateTime(TimeOnly.MinValue);
        var minute = new DateTimeOffset(midnight, TimeSpan.Zero).AddHours(-16);
        while (Shown(minute) < midnight)
            minute += Minute;
        return minute;
    }
}
