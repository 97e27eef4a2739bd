using CsCheck;

namespace GenOps.ControlPlane.Budgets;

public sealed class WindowCalendarProperties
{
    private static readonly Gen<(WindowCalendarDraft Draft, BudgetPeriod Period, DateTimeOffset Instant)> Questions =
        from draft in WindowCalendarDraft.Any
        from period in WindowCalendarDraft.Periods
        from instant in draft.Instants()
        select (draft, period, instant);

    [Fact]
    public void Windows_OfAnyInstantAndCalendar_TileTimeWithoutGapOrOverlap() =>
        Questions.Sample(
            (draft, period, instant) =>
            {
                var calendar = draft.Calendar();

                var window = calendar.At(period, instant);

                Assert.True(window.Contains(instant), $"{draft} {instant:O}: {window}");
                var (start, end) = (window.Start!.Value, window.End!.Value);
                Assert.Equal(end, calendar.At(period, end).Start);
                Assert.Equal(window, calendar.At(period, end.AddTicks(-1)));
                Assert.Equal(window, calendar.At(period, start));
                Assert.Equal(start, calendar.At(period, start.AddTicks(-1)).End);

                var (least, most) = HoursOf(period);
                Assert.InRange((end - start).TotalHours, least, most);
            },
            iter: 40_000);

    [Fact]
    public void Windows_OfAnyInstantAndCalendar_NestInEachOther() =>
        Questions.Sample(
            (draft, _, instant) =>
            {
                var calendar = draft.Calendar();

                AssertWithin(calendar, BudgetPeriod.Hour, BudgetPeriod.Day, instant);
                AssertWithin(calendar, BudgetPeriod.Day, BudgetPeriod.Week, instant);
                AssertWithin(calendar, BudgetPeriod.Day, BudgetPeriod.Month, instant);
                AssertWithin(calendar, BudgetPeriod.Month, BudgetPeriod.Quarter, instant);
                AssertWithin(calendar, BudgetPeriod.Quarter, BudgetPeriod.Year, instant);
            },
            iter: 20_000);

    [Fact]
    public void Windows_OfAnyInstantAndCalendar_AreThoseOnTheWall() =>
        Questions.Sample(
            (draft, period, instant) => Assert.Equal(draft.Oracle().At(period, instant), draft.Calendar().At(period, instant)),
            iter: 6_000);

    [Fact]
    public void HourBoundaries_OfAnyInstantAndZone_ShowAFullHourOrHideOneInAJump() =>
        Questions.Sample(
            (draft, _, instant) =>
            {
                var zone = draft.ZoneInfo();
                var start = draft.Calendar().At(BudgetPeriod.Hour, instant).Start!.Value;

                var shown = TimeZoneInfo.ConvertTime(start, zone).DateTime;
                var before = TimeZoneInfo.ConvertTime(start.AddTicks(-1), zone).DateTime;

                var sinceFullHour = shown.Ticks % TimeSpan.TicksPerHour;
                Assert.True(sinceFullHour == 0 || before.Ticks < shown.Ticks - sinceFullHour, $"{draft} {start:O}: {before:O} to {shown:O}");
            },
            iter: 20_000);

    private static (double Least, double Most) HoursOf(BudgetPeriod period) => period switch
    {
        BudgetPeriod.Hour => (1 / 60.0, 1.75),
        BudgetPeriod.Day => (21, 27),
        BudgetPeriod.Week => ((6 * 24) - 3, (7 * 24) + 3),
        BudgetPeriod.Month => (27 * 24, (31 * 24) + 3),
        BudgetPeriod.Quarter => ((89 * 24) - 3, (92 * 24) + 3),
        _ => (364 * 24, (366 * 24) + 3),
    };

    private static void AssertWithin(WindowCalendar calendar, BudgetPeriod small, BudgetPeriod large, DateTimeOffset instant)
    {
        var inner = calendar.At(small, instant);
        var outer = calendar.At(large, instant);
        Assert.True(outer.Start <= inner.Start && inner.End <= outer.End, $"{inner} is not within {outer}");
    }
}
