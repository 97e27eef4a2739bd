using CsCheck;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Any calendar, and instants at which its windows are hard to tell.</summary>
internal sealed record WindowCalendarDraft(string Zone, WeekDay WeekStart, int FiscalYearStart)
{
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Zones =
    [
        "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "Asia/Beirut",
        "Pacific/Apia", "Africa/Cairo", "Africa/Casablanca", "America/Asuncion", "America/Nuuk", "Asia/Gaza", "Pacific/Chatham",
        "America/Sao_Paulo", "America/St_Johns", "America/Caracas", "Asia/Pyongyang", "Asia/Kathmandu", "Antarctica/Troll",
        "Europe/Dublin", "Antarctica/Casey", "Pacific/Kiritimati", "Europe/Volgograd",
    ];

    private static readonly Dictionary<string, DateTimeOffset[]> Jumps = Zones.ToDictionary(zone => zone, JumpsOf);

    public static Gen<WindowCalendarDraft> Any { get; } = Gen.Select(
        Gen.Int[0, Zones.Length - 1], Gen.Int[0, 6], Gen.Int[1, 12],
        (zone, weekStart, fiscalYearStart) => new WindowCalendarDraft(Zones[zone], (WeekDay)weekStart, fiscalYearStart));

    public static Gen<BudgetPeriod> Periods { get; } = Gen.Int[1, 6].Select(period => (BudgetPeriod)period);

    public TimeZoneInfo ZoneInfo() => TimeZoneInfo.FindSystemTimeZoneById(Zone);

    public WindowCalendar Calendar() => new(ZoneInfo(), WeekStart, FiscalYearStart);

    public WindowCalendarOracle Oracle() => new(ZoneInfo(), (DayOfWeek)(((int)WeekStart + 1) % 7), FiscalYearStart);

    /// <summary>Any time, the days around a jump of the clock, the minutes and ticks around it, and full minutes.</summary>
    public Gen<DateTimeOffset> Instants()
    {
        var any = Gen.Long[Earliest.Ticks, Latest.Ticks].Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
        var fullMinutes = any.Select(instant => instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerMinute)));
        return Jumps[Zone] is { Length: > 0 } jumps
            ? Gen.OneOf(any, fullMinutes, Near(jumps, 30 * 60), Near(jumps, 150), Near(jumps, 0))
            : Gen.OneOf(any, fullMinutes);
    }

    private static Gen<DateTimeOffset> Near(DateTimeOffset[] jumps, int minutes) => Gen.Select(
        Gen.Int[0, jumps.Length - 1], Gen.Int[-minutes, minutes], Gen.Int[-1, 1],
        (jump, minute, tick) => jumps[jump].AddMinutes(minute).AddTicks(tick));

    private static DateTimeOffset[] JumpsOf(string id)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(id);
        var jumps = new List<DateTimeOffset>();
        for (var hour = Earliest; hour < Latest; hour = hour.AddHours(6))
        {
            if (zone.GetUtcOffset(hour) == zone.GetUtcOffset(hour.AddHours(6)))
                continue;

            var minute = hour;
            while (zone.GetUtcOffset(minute) == zone.GetUtcOffset(hour))
                minute = minute.AddMinutes(1);
            jumps.Add(minute);
        }

        return [.. jumps];
    }
}
