namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// Which window an instant lies in: a pure function of instant, period, time zone, first day of the week and first month
/// of the fiscal year. Windows of a period follow each other without gap or overlap, whatever the zone's clock does:
/// <list type="bullet">
/// <item>A day starts at the first instant at which the wall clock shows its date, also where midnight is skipped. A date
/// that is shown again, because the clock was set back across midnight, belongs to the day that has begun; a date that is
/// never shown has no window. Weeks, months, quarters and years start with their first day.</item>
/// <item>An hour starts at every instant at which the wall clock shows a full hour, and at every jump forward over one. So
/// an hour that is shown twice is two windows; a clock that is set back by half an hour makes one hour longer; only a
/// jump that hides the full hour is itself a boundary. Hours lie within days in every zone.</item>
/// </list>
/// Windows that reach beyond what <see cref="DateTimeOffset"/> can name are cut there.
/// </summary>
/// <param name="zone">The zone in which days and hours begin.</param>
/// <param name="weekStart">The first day of the week.</param>
/// <param name="fiscalYearStart">The first month of the fiscal year, 1 to 12: years and quarters are counted from it.</param>
/// <exception cref="ArgumentOutOfRangeException">There is no such day or month.</exception>
public sealed class WindowCalendar(TimeZoneInfo zone, WeekDay weekStart = WeekDay.Monday, int fiscalYearStart = 1)
{
    private const int DaysPerWeek = 7;
    private const int MonthsPerQuarter = 3;
    private const int MonthsPerYear = 12;
    private const int Years = 9999;

    // No zone is further than 14 hours from UTC: within this, to either side, lies every instant that a zone calls the same.
    private const long Reach = 15 * TimeSpan.TicksPerHour;

    private static readonly long Latest = DateTimeOffset.MaxValue.UtcTicks;

    private readonly int _firstDay = Enum.IsDefined(weekStart)
        ? (int)weekStart
        : throw new ArgumentOutOfRangeException(nameof(weekStart), weekStart, "is no day of the week");

    private readonly int _firstMonth = fiscalYearStart is >= 1 and <= MonthsPerYear
        ? fiscalYearStart - 1
        : throw new ArgumentOutOfRangeException(nameof(fiscalYearStart), fiscalYearStart, "must be a month from 1 to 12");

    /// <summary>The kinds of window that every scope counts in, each at its own number: <c>Periods[(int)period] == period</c>.</summary>
    public static IReadOnlyList<BudgetPeriod> Periods { get; } =
    [
        BudgetPeriod.None, BudgetPeriod.Day, BudgetPeriod.Month, BudgetPeriod.Hour, BudgetPeriod.Week, BudgetPeriod.Quarter,
        BudgetPeriod.Year,
    ];

    /// <summary>The window of <paramref name="period"/> that <paramref name="instant"/> lies in.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such period.</exception>
    public BudgetWindow At(BudgetPeriod period, DateTimeOffset instant)
    {
        if (period == BudgetPeriod.None)
            return new BudgetWindow(period, null, null);

        var now = instant.UtcTicks;
        var (start, end) = period == BudgetPeriod.Hour ? (HourStart(now), HourEnd(now)) : Dates(period, now);
        return new BudgetWindow(period, Instant(start), Instant(end));
    }

    private static DateTimeOffset Instant(long ticks) => new(Math.Clamp(ticks, 0, Latest), TimeSpan.Zero);

    private (long Start, long End) Dates(BudgetPeriod period, long now)
    {
        var number = Number(period, new DateTime(Math.Clamp(now + OffsetAt(now), 0, Latest)));
        var start = StartOf(Midnight(period, number));
        if (now < start)
        {
            // The clock was set back across midnight and shows an earlier date again.
            long end;
            do
            {
                end = start;
                start = StartOf(Midnight(period, --number));
            }
            while (now < start);
            return (start, end);
        }

        while (true)
        {
            var end = StartOf(Midnight(period, ++number));
            if (now < end)
                return (start, end);
            start = end;
        }
    }

    /// <summary>The windows of a period are numbered in their order; this is the number of the one with <paramref name="date"/>.</summary>
    private int Number(BudgetPeriod period, DateTime date)
    {
        // The first day that can be named is a Monday. A whole week or year is added so that nothing divided is negative.
        var day = (int)(date.Ticks / TimeSpan.TicksPerDay);
        var month = ((date.Year - 1) * MonthsPerYear) + date.Month - 1;
        return period switch
        {
            BudgetPeriod.Day => day,
            BudgetPeriod.Week => (day + DaysPerWeek - _firstDay) / DaysPerWeek,
            BudgetPeriod.Month => month,
            BudgetPeriod.Quarter => (month + MonthsPerYear - _firstMonth) / MonthsPerQuarter,
            BudgetPeriod.Year => (month + MonthsPerYear - _firstMonth) / MonthsPerYear,
            _ => throw new ArgumentOutOfRangeException(nameof(period), period, "has no calendar"),
        };
    }

    /// <summary>What the wall clock shows when the window with this number begins, if it doesn't skip that; in ticks.</summary>
    private long Midnight(BudgetPeriod period, int number) => period switch
    {
        BudgetPeriod.Day => number * TimeSpan.TicksPerDay,
        BudgetPeriod.Week => ((number * DaysPerWeek) - DaysPerWeek + _firstDay) * TimeSpan.TicksPerDay,
        BudgetPeriod.Month => Midnight(number),
        BudgetPeriod.Quarter => Midnight((number * MonthsPerQuarter) - MonthsPerYear + _firstMonth),
        _ => Midnight((number * MonthsPerYear) - MonthsPerYear + _firstMonth),
    };

    private static long Midnight(int month) => month switch
    {
        < 0 => -2 * Reach,
        >= Years * MonthsPerYear => Latest + (2 * Reach),
        _ => new DateTime((month / MonthsPerYear) + 1, (month % MonthsPerYear) + 1, 1).Ticks,
    };

    /// <summary>The first instant at which the wall clock shows <paramref name="midnight"/> or later.</summary>
    private long StartOf(long midnight)
    {
        var before = OffsetAt(midnight - Reach);
        var after = OffsetAt(midnight + Reach);
        var early = midnight - before;
        if (before == after)
            return early;

        // The clock jumps nearby: midnight is shown before it, or after it, or skipped by it.
        if (OffsetAt(early) == before)
            return early;
        var late = midnight - after;
        return OffsetAt(late) == after ? late : Jump(midnight - Reach, midnight + Reach);
    }

    private long HourStart(long now)
    {
        while (true)
        {
            var offset = OffsetAt(now);
            var start = now - SinceFullHour(now + offset);
            if (OffsetAt(start) == offset)
                return start;

            var jump = Jump(start, now);
            if (StartsHour(jump))
                return jump;
            now = jump - 1;
        }
    }

    private long HourEnd(long now)
    {
        while (true)
        {
            var offset = OffsetAt(now);
            var end = now + TimeSpan.TicksPerHour - SinceFullHour(now + offset);
            if (OffsetAt(end) == offset)
                return end;

            var jump = Jump(now, end);
            if (StartsHour(jump))
                return jump;
            now = jump;
        }
    }

    /// <summary>Whether the clock, at this jump, comes to show a full hour or leaves one out.</summary>
    private bool StartsHour(long jump)
    {
        var after = OffsetAt(jump);
        var since = SinceFullHour(jump + after);
        return since == 0 || since <= after - OffsetAt(jump - 1);
    }

    // At the beginning of time the wall clock can show what has no name; a day more makes it positive.
    private static long SinceFullHour(long shown) => (shown + TimeSpan.TicksPerDay) % TimeSpan.TicksPerHour;

    /// <summary>The first instant, to the tick, after <paramref name="from"/> whose offset is another than there.</summary>
    private long Jump(long from, long to)
    {
        var before = OffsetAt(from);
        while (to - from > 1)
        {
            var middle = from + ((to - from) / 2);
            if (OffsetAt(middle) == before)
                from = middle;
            else
                to = middle;
        }

        return to;
    }

    private long OffsetAt(long ticks) => zone.GetUtcOffset(Instant(ticks)).Ticks;
}
