using System.Collections.Concurrent;

namespace GenOps.ControlPlane.Budgets;

/// <summary>When something unusual is on the wall next.</summary>
internal static class ClockChanges
{
    private static readonly ConcurrentDictionary<string, DateTimeOffset[]> Changes = new(StringComparer.Ordinal);

    /// <summary>The next change of the zone's offset from UTC, to the minute; null if there is none in the years looked at.</summary>
    public static DateTimeOffset? Next(string zone, DateTimeOffset now)
    {
        var later = Changes.GetOrAdd(zone, Find).Where(at => at > now).ToArray();
        return later.Length == 0 ? null : later[0];
    }

    /// <summary>When the clock first shows the next 29 February.</summary>
    public static DateTimeOffset NextLeapDay(string zone, DateTimeOffset now)
    {
        var year = now.Year;
        while (!DateTime.IsLeapYear(year) || LeapDay(year) <= now)
            year++;
        return LeapDay(year);

        DateTimeOffset LeapDay(int of) => new WallCalendar(zone, WeekDay.Monday, 1).FirstShown(new DateTime(of, 2, 29));
    }

    private static DateTimeOffset[] Find(string name)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        var found = new List<DateTimeOffset>();
        for (var hour = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero); hour.Year < 2036; hour = hour.AddHours(1))
        {
            if (zone.GetUtcOffset(hour) == zone.GetUtcOffset(hour.AddHours(1)))
                continue;
            var minute = hour;
            while (zone.GetUtcOffset(minute) == zone.GetUtcOffset(hour))
                minute = minute.AddMinutes(1);
            found.Add(minute);
        }

        return [.. found];
    }
}
