namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// Which window an instant lies in: a pure function of instant, period and time zone. Windows of a period follow each
/// other without gap or overlap, whatever the zone's clock does: a day starts at the first instant at which the wall
/// clock shows its date, also where midnight is skipped.
/// </summary>
/// <param name="zone">The zone in which days begin.</param>
public sealed class WindowCalendar(TimeZoneInfo zone)
{
    private static readonly TimeSpan DayAndMore = TimeSpan.FromHours(36);

    /// <summary>The kinds of window that every scope counts in.</summary>
    public static IReadOnlyList<BudgetPeriod> Periods { get; } = [BudgetPeriod.None, BudgetPeriod.Day, BudgetPeriod.Month];

    /// <summary>The window of <paramref name="period"/> that <paramref name="instant"/> lies in.</summary>
    public BudgetWindow At(BudgetPeriod period, DateTimeOffset instant)
    {
        if (period == BudgetPeriod.None)
            return new BudgetWindow(period, null, null);

        var first = First(period, DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).Date));
        var start = StartOf(first);
        if (instant < start)
        {
            // The clock was set back across midnight and shows yesterday's date again.
            first = First(period, first.AddDays(-1));
            return new BudgetWindow(period, StartOf(first), start);
        }

        var end = StartOf(Next(period, first));
        if (instant < end)
            return new BudgetWindow(period, start, end);

        var next = Next(period, first);
        return new BudgetWindow(period, end, StartOf(Next(period, next)));
    }

    private static DateOnly First(BudgetPeriod period, DateOnly date) => period switch
    {
        BudgetPeriod.Day => date,
        BudgetPeriod.Month => new DateOnly(date.Year, date.Month, 1),
        _ => throw new ArgumentOutOfRangeException(nameof(period), period, "has no calendar"),
    };

    private static DateOnly Next(BudgetPeriod period, DateOnly first) =>
        period == BudgetPeriod.Day ? first.AddDays(1) : first.AddMonths(1);

    /// <summary>The first instant at which the wall clock shows <paramref name="date"/>.</summary>
    private DateTimeOffset StartOf(DateOnly date)
    {
        var midnight = date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified);
        var asUtc = new DateTimeOffset(midnight, TimeSpan.Zero);
        var before = zone.GetUtcOffset(asUtc - DayAndMore);
        var after = zone.GetUtcOffset(asUtc + DayAndMore);
        var early = asUtc - before;
        var late = asUtc - after;
        if (early == late)
            return early;

        // The zone changes its offset nearby. Midnight may exist with either offset, with both, or with none.
        var atEarly = zone.GetUtcOffset(early) == before;
        var atLate = zone.GetUtcOffset(late) == after;
        if (atEarly && atLate)
            return early < late ? early : late;
        if (atEarly)
            return early;
        return atLate ? late : Transition(asUtc - DayAndMore, asUtc + DayAndMore, before);
    }

    /// <summary>The first instant, to the tick, after <paramref name="low"/> whose offset is not <paramref name="before"/>.</summary>
    private DateTimeOffset Transition(DateTimeOffset low, DateTimeOffset high, TimeSpan before)
    {
        var (from, to) = (low.Ticks, high.Ticks);
        while (to - from > 1)
        {
            var middle = from + ((to - from) / 2);
            if (zone.GetUtcOffset(new DateTimeOffset(middle, TimeSpan.Zero)) == before)
                from = middle;
            else
                to = middle;
        }

        return new DateTimeOffset(to, TimeSpan.Zero);
    }
}
