using System.Globalization;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>
/// The windows of an audited budget, each by a name that no other window of its kind has: what the wall clock shows. A
/// change of zone, week or fiscal year waits, for each kind of window by itself, until the running window has ended.
/// </summary>
internal sealed class AuditedCalendar
{
    public static readonly string[] Periods = ["none", "hour", "day", "week", "month", "quarter", "year"];

    private readonly Dictionary<string, List<(DateTimeOffset From, Wall Wall)>> _eras = Periods.ToDictionary(period => period, _ => new List<(DateTimeOffset, Wall)>());
    private readonly Dictionary<(string Period, long Minute), string> _names = [];

    public void Change(DateTimeOffset at, string zone, string weekStart, int fiscalYearStart)
    {
        var wall = new Wall(TimeZoneInfo.FindSystemTimeZoneById(zone), Enum.Parse<DayOfWeek>(weekStart, ignoreCase: true), fiscalYearStart);
        foreach (var (period, eras) in _eras)
        {
            if (eras.Count == 0)
            {
                eras.Add((DateTimeOffset.MinValue, wall));
            }
            else if (period != "none" && eras[^1].Wall != wall)
            {
                var end = End(period, at)!.Value;
                eras.RemoveAll(era => era.From > at);
                eras.Add((end, wall));
            }
        }

        _names.Clear();
    }

    /// <summary>The name of the window of <paramref name="period"/> that <paramref name="instant"/> lies in.</summary>
    public string Name(string period, DateTimeOffset instant)
    {
        if (period == "none")
            return "";

        // No window ends within a minute.
        var minute = (period, instant.UtcTicks / TimeSpan.TicksPerMinute);
        if (!_names.TryGetValue(minute, out var name))
        {
            var (from, wall) = _eras[period].FindLast(era => era.From <= instant);
            _names.Add(minute, name = $"{wall.Shows(period, instant)} since {from:O}");
        }

        return name;
    }

    /// <summary>When the window that <paramref name="instant"/> lies in ends, were there no later change; null for never.</summary>
    public DateTimeOffset? End(string period, DateTimeOffset instant)
    {
        if (period == "none")
            return null;

        // The first whole second at which the wall shows another window, between now and a time that is surely too late.
        var (_, wall) = _eras[period].FindLast(era => era.From <= instant);
        var shown = wall.Shows(period, instant);
        var (early, late) = (0L, period switch { "hour" => 7_200L, "day" => 180_000L, "week" => 700_000L, "month" => 2_800_000L, "quarter" => 8_100_000L, _ => 31_800_000L });
        var second = new DateTimeOffset(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        while (late - early > 1)
        {
            var middle = (early + late) / 2;
            if (wall.Shows(period, second.AddSeconds(middle)) == shown)
                early = middle;
            else
                late = middle;
        }

        return second.AddSeconds(late);
    }

    /// <summary>A clock on the wall, and where weeks and fiscal years begin on it.</summary>
    private sealed record Wall(TimeZoneInfo Zone, DayOfWeek WeekStart, int FiscalYearStart)
    {
        public string Shows(string period, DateTimeOffset instant)
        {
            var local = TimeZoneInfo.ConvertTime(instant, Zone);
            var months = (local.Year * 12) + local.Month - FiscalYearStart;
            return period switch
            {
                "hour" => local.ToString("yyyy-MM-dd HH zzz", CultureInfo.InvariantCulture),
                "day" => local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                "week" => local.AddDays(-(((int)local.DayOfWeek - (int)WeekStart + 7) % 7)).ToString("'week of' yyyy-MM-dd", CultureInfo.InvariantCulture),
                "month" => local.ToString("yyyy-MM", CultureInfo.InvariantCulture),
                "quarter" => $"quarter {months / 3}",
                _ => $"year {months / 12}",
            };
        }
    }
}
