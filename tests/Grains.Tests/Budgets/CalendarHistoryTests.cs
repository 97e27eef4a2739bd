using System.Globalization;

namespace GenOps.ControlPlane.Budgets;

public sealed class CalendarHistoryTests
{
    private static readonly CalendarHistory Berlin = CalendarHistory.Empty.Change(Change("2026-11-01T00:00:00Z", "Europe/Berlin"));

    [Fact]
    public void At_FirstCalendar_HoldsForAllTime()
    {
        RequireWindow(Berlin, BudgetPeriod.Day, "2020-06-15T12:00:00Z", "2020-06-14T22:00:00Z", "2020-06-15T22:00:00Z");
        RequireWindow(Berlin, BudgetPeriod.Day, "2099-01-15T12:00:00Z", "2099-01-14T23:00:00Z", "2099-01-15T23:00:00Z");
    }

    [Theory]
    // 9:20 in Berlin. The running hour ends at 10:00, which is 14:30 in Kolkata: half an hour until Kolkata's next one.
    [InlineData(BudgetPeriod.Hour, "2026-11-23T08:59:59Z", "2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z")]
    [InlineData(BudgetPeriod.Hour, "2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z", "2026-11-23T09:30:00Z")]
    [InlineData(BudgetPeriod.Hour, "2026-11-23T09:30:00Z", "2026-11-23T09:30:00Z", "2026-11-23T10:30:00Z")]
    // The day ends at Berlin's midnight, 4:30 of the 24th in Kolkata; the rest of that day is a window.
    [InlineData(BudgetPeriod.Day, "2026-11-23T22:59:59Z", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z")]
    [InlineData(BudgetPeriod.Day, "2026-11-23T23:00:00Z", "2026-11-23T23:00:00Z", "2026-11-24T18:30:00Z")]
    [InlineData(BudgetPeriod.Day, "2026-11-24T18:30:00Z", "2026-11-24T18:30:00Z", "2026-11-25T18:30:00Z")]
    // The week ends with Berlin's Sunday, 29 November; then from 4:30 on Monday to the end of Kolkata's Saturday.
    [InlineData(BudgetPeriod.Week, "2026-11-28T12:00:00Z", "2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z")]
    [InlineData(BudgetPeriod.Week, "2026-11-29T23:00:00Z", "2026-11-29T23:00:00Z", "2026-12-05T18:30:00Z")]
    [InlineData(BudgetPeriod.Week, "2026-12-05T18:30:00Z", "2026-12-05T18:30:00Z", "2026-12-12T18:30:00Z")]
    [InlineData(BudgetPeriod.Month, "2026-11-30T22:59:59Z", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z")]
    [InlineData(BudgetPeriod.Month, "2026-11-30T23:00:00Z", "2026-11-30T23:00:00Z", "2026-12-31T18:30:00Z")]
    // The quarter ends with December in Berlin, then January to March of a fiscal year from April.
    [InlineData(BudgetPeriod.Quarter, "2026-12-31T22:59:59Z", "2026-09-30T22:00:00Z", "2026-12-31T23:00:00Z")]
    [InlineData(BudgetPeriod.Quarter, "2026-12-31T23:00:00Z", "2026-12-31T23:00:00Z", "2027-03-31T18:30:00Z")]
    [InlineData(BudgetPeriod.Year, "2026-12-31T22:59:59Z", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z")]
    [InlineData(BudgetPeriod.Year, "2026-12-31T23:00:00Z", "2026-12-31T23:00:00Z", "2027-03-31T18:30:00Z")]
    [InlineData(BudgetPeriod.Year, "2027-03-31T18:30:00Z", "2027-03-31T18:30:00Z", "2028-03-31T18:30:00Z")]
    public void At_AfterChange_NewWindowsStartWhereTheRunningOneEnded(BudgetPeriod period, string instant, string start, string end)
    {
        var history = Berlin.Change(Change("2026-11-23T08:20:00Z", "Asia/Kolkata", WeekDay.Sunday, 4));

        RequireWindow(history, period, instant, start, end);
    }

    [Fact]
    public void At_ChangeAtABoundary_LetsTheWindowThatJustBeganRun()
    {
        var history = Berlin.Change(Change("2026-11-22T23:00:00Z", "UTC"));

        RequireWindow(history, BudgetPeriod.Day, "2026-11-22T23:00:00Z", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z");
        RequireWindow(history, BudgetPeriod.Day, "2026-11-23T23:00:00Z", "2026-11-23T23:00:00Z", "2026-11-24T00:00:00Z");
    }

    [Fact]
    public void At_BoundaryOfBothCalendars_CutsNothing()
    {
        var history = Berlin.Change(Change("2026-11-23T08:20:00Z", "Europe/Berlin", WeekDay.Tuesday));

        RequireWindow(history, BudgetPeriod.Day, "2026-11-23T23:00:00Z", "2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z");
        RequireWindow(history, BudgetPeriod.Week, "2026-11-29T23:00:00Z", "2026-11-29T23:00:00Z", "2026-11-30T23:00:00Z");
    }

    [Fact]
    public void At_ChangedBackBeforeTheWindowEnded_IsAsIfNothingHadHappened()
    {
        var history = Berlin
            .Change(Change("2026-11-23T08:20:00Z", "Asia/Kolkata", WeekDay.Sunday, 4))
            .Change(Change("2026-11-23T08:40:00Z", "Europe/Berlin"));

        Assert.Equal(3, history.Changes.Length);
        foreach (var instant in new[] { "2026-11-23T08:30:00Z", "2026-11-23T09:00:00Z", "2026-12-01T00:00:00Z", "2027-04-01T00:00:00Z" })
        {
            foreach (var period in WindowCalendar.Periods)
                Assert.Equal(Berlin.At(period, Parse(instant)), history.At(period, Parse(instant)));
        }
    }

    [Fact]
    public void At_ChangedBackAfterTheHourAndBeforeTheDayEnded_CutsHoursOnly()
    {
        var history = Berlin
            .Change(Change("2026-11-23T08:20:00Z", "Asia/Kolkata"))
            .Change(Change("2026-11-23T10:20:00Z", "Europe/Berlin"));

        RequireWindow(history, BudgetPeriod.Hour, "2026-11-23T10:20:00Z", "2026-11-23T09:30:00Z", "2026-11-23T10:30:00Z");
        RequireWindow(history, BudgetPeriod.Hour, "2026-11-23T10:30:00Z", "2026-11-23T10:30:00Z", "2026-11-23T11:00:00Z");
        RequireWindow(history, BudgetPeriod.Day, "2026-11-23T23:00:00Z", "2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z");
    }

    [Fact]
    public void At_SecondChangeBeforeTheWindowEnded_FirstNeverBegins()
    {
        var history = Berlin
            .Change(Change("2026-11-23T08:20:00Z", "Asia/Kolkata"))
            .Change(Change("2026-11-23T20:00:00Z", "UTC"));

        RequireWindow(history, BudgetPeriod.Day, "2026-11-23T22:00:00Z", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z");
        RequireWindow(history, BudgetPeriod.Day, "2026-11-23T23:00:00Z", "2026-11-23T23:00:00Z", "2026-11-24T00:00:00Z");
        RequireWindow(history, BudgetPeriod.Day, "2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z");
    }

    [Fact]
    public void At_ChangeWithinACutWindow_TakesOverAtItsEnd()
    {
        var history = Berlin
            .Change(Change("2026-11-23T08:20:00Z", "UTC"))
            .Change(Change("2026-11-23T23:30:00Z", "America/New_York"));

        RequireWindow(history, BudgetPeriod.Day, "2026-11-23T23:30:00Z", "2026-11-23T23:00:00Z", "2026-11-24T00:00:00Z");
        RequireWindow(history, BudgetPeriod.Day, "2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z", "2026-11-24T05:00:00Z");
    }

    [Fact]
    public void Change_LikeTheNewest_IsTheSameHistory() =>
        Assert.Same(Berlin, Berlin.Change(Change("2026-11-23T08:20:00Z", "Europe/Berlin")));

    [Fact]
    public void Change_OlderThanTheNewest_CountsAsMadeWithIt()
    {
        var history = Berlin.Change(Change("2026-10-01T12:00:00Z", "UTC"));

        Assert.Equal(Change("2026-11-01T00:00:00Z", "UTC"), history.Changes[1]);
        RequireWindow(history, BudgetPeriod.Day, "2026-10-31T23:00:00Z", "2026-10-31T23:00:00Z", "2026-11-01T23:00:00Z");
        RequireWindow(history, BudgetPeriod.Day, "2026-11-01T23:00:00Z", "2026-11-01T23:00:00Z", "2026-11-02T00:00:00Z");
    }

    [Fact]
    public void Change_ToAnUnknownZone_IsRefused() =>
        Assert.Throws<TimeZoneNotFoundException>(() => Berlin.Change(Change("2026-11-23T08:20:00Z", "Mars/Olympus_Mons")));

    /// <summary>Earlier builds took such a name while the right one happened to be in memory.</summary>
    [Fact]
    public void Change_ToAZoneInAnotherCase_CountsByThatZone()
    {
        var history = CalendarHistory.Empty.Change(Change("2026-11-01T00:00:00Z", "pacific/chatham"));

        Assert.Equal("pacific/chatham", Assert.Single(history.Changes).TimeZone);
        RequireWindow(history, BudgetPeriod.Day, "2026-11-23T08:00:00Z", "2026-11-22T10:15:00Z", "2026-11-23T10:15:00Z");
    }

    [Fact]
    public void At_NoneAfterChanges_IsStillTheOneWindow()
    {
        var history = Berlin.Change(Change("2026-11-23T08:20:00Z", "Asia/Kolkata", WeekDay.Sunday, 4));

        Assert.Equal(new BudgetWindow(BudgetPeriod.None, null, null), history.At(BudgetPeriod.None, Parse("2027-01-01T00:00:00Z")));
    }

    [Fact]
    public void Empty_BeforeTheFirstDefinition_HasNoWindowsButTheEndlessOne()
    {
        Assert.Empty(CalendarHistory.Empty.Changes);
        Assert.Equal(new BudgetWindow(BudgetPeriod.None, null, null), CalendarHistory.Empty.At(BudgetPeriod.None, Parse("2027-01-01T00:00:00Z")));
        Assert.Throws<InvalidOperationException>(() => CalendarHistory.Empty.At(BudgetPeriod.Day, Parse("2027-01-01T00:00:00Z")));
    }

    [Fact]
    public void At_UnknownPeriod_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Berlin.At((BudgetPeriod)7, Parse("2027-01-01T00:00:00Z")));

    private static CalendarChange Change(string at, string zone, WeekDay weekStart = WeekDay.Monday, int fiscalYearStart = 1) =>
        new(Parse(at), zone, weekStart, fiscalYearStart);

    private static DateTimeOffset Parse(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);

    private static void RequireWindow(CalendarHistory history, BudgetPeriod period, string instant, string start, string end) =>
        Assert.Equal(new BudgetWindow(period, Parse(start), Parse(end)), history.At(period, Parse(instant)));
}
