using System.Collections.Concurrent;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// A clock and a calendar on a wall, and somebody who looks at them every quarter of an hour: a window begins when they
/// first show its first day, or a later one. An hour begins whenever the clock shows a full one, or has jumped over one.
/// </summary>
internal sealed record WallCalendar(string Zone, WeekDay WeekStart, int FiscalYearStart)
{
    private static readonly ConcurrentDictionary<string, TimeZoneInfo> Zones = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<(string Zone, DateTime Wall), DateTimeOffset> Shown = new();
    private static readonly ConcurrentDictionary<(string Zone, long Look), WallWindow> Hours = new();
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(15);

    public WallWindow WindowOf(BudgetPeriod period, DateTimeOffset instant)
    {
        if (period == BudgetPeriod.None)
            return WallWindow.Endless;
        if (period == BudgetPeriod.Hour)
            return HourOf(instant);

        var first = First(period, At(Zone, instant));
        while (FirstShown(Next(period, first)) <= instant)
            first = Next(period, first);
        return new WallWindow(FirstShown(first), FirstShown(Next(period, first)));
    }

    /// <summary>What the clock shows.</summary>
    public static DateTime At(string zone, DateTimeOffset instant) =>
        TimeZoneInfo.ConvertTime(instant, Zones.GetOrAdd(zone, TimeZoneInfo.FindSystemTimeZoneById)).DateTime;

    /// <summary>The first instant at which the clock shows <paramref name="wall"/> or more.</summary>
    public DateTimeOffset FirstShown(DateTime wall) => Shown.GetOrAdd((Zone, wall), key =>
    {
        var instant = new DateTimeOffset(DateTime.SpecifyKind(key.Wall, DateTimeKind.Unspecified), TimeSpan.Zero).AddHours(-15);
        while (At(key.Zone, instant) < key.Wall)
            instant += BetweenLooks;
        return instant;
    });

    private WallWindow HourOf(DateTimeOffset instant) => Hours.GetOrAdd((Zone, instant.UtcTicks / BetweenLooks.Ticks), key =>
    {
        var start = new DateTimeOffset(key.Look * BetweenLooks.Ticks, TimeSpan.Zero);
        while (!BeginsHour(start))
            start -= BetweenLooks;
        var end = start + BetweenLooks;
        while (!BeginsHour(end))
            end += BetweenLooks;
        return new WallWindow(start, end);
    });

    private bool BeginsHour(DateTimeOffset look)
    {
        var shown = At(Zone, look);
        var awaited = At(Zone, look - BetweenLooks) + BetweenLooks;
        return shown.Minute == 0 || shown.Date.AddHours(shown.Hour) >= awaited;
    }

    private DateTime First(BudgetPeriod period, DateTime wall)
    {
        var month = new DateTime(wall.Year, wall.Month, 1);
        var monthsOfFiscalYear = (wall.Month - FiscalYearStart + 12) % 12;
        return period switch
        {
            BudgetPeriod.Day => wall.Date,
            BudgetPeriod.Week => wall.Date.AddDays(-(((int)wall.DayOfWeek + 6 - (int)WeekStart) % 7)),
            BudgetPeriod.Month => month,
            BudgetPeriod.Quarter => month.AddMonths(-(monthsOfFiscalYear % 3)),
            _ => month.AddMonths(-monthsOfFiscalYear),
        };
    }

    private static DateTime Next(BudgetPeriod period, DateTime first) => period switch
    {
        BudgetPeriod.Day => first.AddDays(1),
        BudgetPeriod.Week => first.AddDays(7),
        BudgetPeriod.Month => first.AddMonths(1),
        BudgetPeriod.Quarter => first.AddMonths(3),
        _ => first.AddYears(1),
    };
}
