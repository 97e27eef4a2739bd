using CsCheck;

namespace GenOps.ControlPlane.Budgets;

public sealed class WindowCalendarProperties
{
    private static readonly string[] Zones =
    [
        "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "Asia/Beirut",
        "Pacific/Apia", "Africa/Cairo", "Africa/Casablanca", "America/Asuncion", "America/Nuuk", "Asia/Gaza", "Pacific/Chatham",
    ];

    private static readonly Gen<DateTimeOffset> Instants =
        Gen.Long[new DateTime(2000, 1, 1).Ticks, new DateTime(2045, 1, 1).Ticks].Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

    [Fact]
    public void Windows_OfAnyInstantAndZone_TileTimeWithoutGapOrOverlap() =>
        Gen.Select(Gen.Int[0, Zones.Length - 1], Gen.Bool, Instants).Sample(
            (zone, isDay, instant) =>
            {
                var period = isDay ? BudgetPeriod.Day : BudgetPeriod.Month;
                var calendar = new WindowCalendar(TimeZoneInfo.FindSystemTimeZoneById(Zones[zone]));

                var window = calendar.At(period, instant);

                Assert.True(window.Contains(instant), $"{Zones[zone]} {instant:O}: {window}");
                var (start, end) = (window.Start!.Value, window.End!.Value);
                Assert.Equal(end, calendar.At(period, end).Start);
                Assert.Equal(window, calendar.At(period, end.AddTicks(-1)));
                Assert.Equal(window, calendar.At(period, start));
                Assert.Equal(start, calendar.At(period, start.AddTicks(-1)).End);
                Assert.InRange((end - start).TotalHours, isDay ? 22 : 26 * 24, isDay ? 26 : (31 * 24) + 2);
            },
            iter: 20_000);
}
