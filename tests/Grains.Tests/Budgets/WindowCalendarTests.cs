using System.Globalization;

namespace GenOps.ControlPlane.Budgets;

public sealed class WindowCalendarTests
{
    [Theory]
    [InlineData("UTC", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z")]
    [InlineData("UTC", "2028-02-29T12:00:00Z", "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z")]
    [InlineData("UTC", "2026-12-31T23:59:59.999999Z", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]
    [InlineData("America/New_York", "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z")]
    [InlineData("America/New_York", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")]
    [InlineData("Asia/Kolkata", "2026-02-28T18:29:59Z", "2026-02-27T18:30:00Z", "2026-02-28T18:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-05T00:00:00Z", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-04T00:00:00Z", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z")]
    // Havana's clock goes from 0:00 to 1:00 in March: the day begins at 1:00. In November it shows 0:00 to 1:00 twice.
    [InlineData("America/Havana", "2026-03-08T05:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z")]
    [InlineData("America/Havana", "2026-03-08T04:59:59Z", "2026-03-07T05:00:00Z", "2026-03-08T05:00:00Z")]
    [InlineData("America/Havana", "2026-11-01T04:30:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")]
    [InlineData("America/Havana", "2026-11-01T05:30:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")]
    // Beirut's goes from 0:00 to 1:00 in March, and from 24:00 back to 23:00 of the same day in October.
    [InlineData("Asia/Beirut", "2026-03-28T22:00:00Z", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z")]
    [InlineData("Asia/Beirut", "2026-10-24T20:59:59Z", "2026-10-23T21:00:00Z", "2026-10-24T22:00:00Z")]
    [InlineData("Asia/Beirut", "2026-10-24T21:30:00Z", "2026-10-23T21:00:00Z", "2026-10-24T22:00:00Z")]
    [InlineData("Asia/Beirut", "2026-10-24T22:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z")]
    // São Paulo's went from 0:00 to 1:00 in November 2018, and from 24:00 back to 23:00 in February 2019.
    [InlineData("America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z")]
    [InlineData("America/Sao_Paulo", "2019-02-17T02:30:00Z", "2019-02-16T02:00:00Z", "2019-02-17T03:00:00Z")]
    // St John's went from 0:01 to 23:01 of the day before: what had begun goes on.
    [InlineData("America/St_Johns", "2010-11-07T03:00:00Z", "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z")]
    // Toronto's went from 23:30 to 0:30 in 1919: the day began in the midst of the jump.
    [InlineData("America/Toronto", "1919-03-31T04:29:59Z", "1919-03-30T05:00:00Z", "1919-03-31T04:30:00Z")]
    [InlineData("America/Toronto", "1919-03-31T04:30:00Z", "1919-03-31T04:30:00Z", "1919-04-01T04:00:00Z")]
    // Samoa had no 30 December 2011.
    [InlineData("Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z")]
    [InlineData("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z")]
    [InlineData("Africa/Cairo", "2026-04-23T22:00:00Z", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z")]
    [InlineData("Africa/Cairo", "2026-04-23T21:59:59Z", "2026-04-22T22:00:00Z", "2026-04-23T22:00:00Z")]
    [InlineData("Africa/Cairo", "2026-10-29T21:30:00Z", "2026-10-28T21:00:00Z", "2026-10-29T22:00:00Z")]
    public void At_Day_StartsAndEndsWhenTheWallClockFirstShowsItsDate(string zone, string instant, string start, string end) =>
        Require(zone, BudgetPeriod.Day, instant, start, end);

    [Theory]
    [InlineData("UTC", "2028-02-29T23:59:59Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z")]
    [InlineData("UTC", "2026-02-28T23:59:59Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")]
    [InlineData("UTC", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-15T00:00:00Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-31T22:59:59Z", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z")]
    [InlineData("Europe/Berlin", "2028-02-29T22:59:59Z", "2028-01-31T23:00:00Z", "2028-02-29T23:00:00Z")]
    [InlineData("America/New_York", "2026-11-01T04:00:00Z", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z")]
    [InlineData("Asia/Kolkata", "2026-02-28T18:30:00Z", "2026-02-28T18:30:00Z", "2026-03-31T18:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-10T00:00:00Z", "2026-03-31T13:00:00Z", "2026-04-30T13:30:00Z")]
    [InlineData("America/Havana", "2026-11-01T05:30:00Z", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z")]
    [InlineData("Asia/Beirut", "2026-03-29T00:00:00Z", "2026-02-28T22:00:00Z", "2026-03-31T21:00:00Z")]
    [InlineData("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-01T10:00:00Z", "2011-12-31T10:00:00Z")]
    [InlineData("Africa/Cairo", "2026-04-24T00:00:00Z", "2026-03-31T22:00:00Z", "2026-04-30T21:00:00Z")]
    public void At_Month_StartsAndEndsWhenTheWallClockFirstShowsItsFirst(string zone, string instant, string start, string end) =>
        Require(zone, BudgetPeriod.Month, instant, start, end);

    [Theory]
    [InlineData("UTC", "2026-11-23T08:59:59.9999999Z", "2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z")]
    // 2:00 to 3:00 is left out in March: 3:00 follows 2:00, which nobody saw. In October it is shown, and counted, twice.
    [InlineData("Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z")]
    [InlineData("America/New_York", "2026-03-08T07:00:00Z", "2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z")]
    [InlineData("America/New_York", "2026-11-01T06:30:00Z", "2026-11-01T06:00:00Z", "2026-11-01T07:00:00Z")]
    [InlineData("Asia/Kolkata", "2026-11-23T08:00:00Z", "2026-11-23T07:30:00Z", "2026-11-23T08:30:00Z")]
    [InlineData("Asia/Kolkata", "2026-11-23T08:30:00Z", "2026-11-23T08:30:00Z", "2026-11-23T09:30:00Z")]
    // Set back from 2:00 to 1:30: the hour of 1:00 lasts 90 minutes. Set forward from 2:00 to 2:30: that of 2:00 lasts 30.
    [InlineData("Australia/Lord_Howe", "2026-04-04T14:00:00Z", "2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-04T15:29:59Z", "2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-04T15:30:00Z", "2026-04-04T15:30:00Z", "2026-04-04T16:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-03T15:29:59Z", "2026-10-03T14:30:00Z", "2026-10-03T15:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-03T16:00:00Z", "2026-10-03T16:00:00Z", "2026-10-03T17:00:00Z")]
    [InlineData("America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04T03:00:00Z", "2018-11-04T04:00:00Z")]
    // 2:45 to 3:45 is left out: the jump hides 3:00 and is the boundary.
    [InlineData("Pacific/Chatham", "2026-09-26T13:59:59Z", "2026-09-26T13:15:00Z", "2026-09-26T14:00:00Z")]
    [InlineData("Pacific/Chatham", "2026-09-26T14:00:00Z", "2026-09-26T14:00:00Z", "2026-09-26T14:15:00Z")]
    // Set back from 3:45 to 2:45: 3:00 is shown twice and starts an hour twice.
    [InlineData("Pacific/Chatham", "2026-04-04T13:30:00Z", "2026-04-04T13:15:00Z", "2026-04-04T14:15:00Z")]
    [InlineData("Pacific/Chatham", "2026-04-04T14:15:00Z", "2026-04-04T14:15:00Z", "2026-04-04T15:15:00Z")]
    // At 3:00 Caracas went to 2:30 in 2007, and from 2:30 to 3:00 in 2016.
    [InlineData("America/Caracas", "2007-12-09T07:15:00Z", "2007-12-09T06:00:00Z", "2007-12-09T07:30:00Z")]
    [InlineData("America/Caracas", "2016-05-01T06:59:59Z", "2016-05-01T06:30:00Z", "2016-05-01T07:00:00Z")]
    [InlineData("America/Toronto", "1919-03-31T04:29:59Z", "1919-03-31T04:00:00Z", "1919-03-31T04:30:00Z")]
    [InlineData("America/Toronto", "1919-03-31T04:30:00Z", "1919-03-31T04:30:00Z", "1919-03-31T05:00:00Z")]
    [InlineData("Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-30T09:00:00Z", "2011-12-30T10:00:00Z")]
    [InlineData("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T11:00:00Z")]
    public void At_Hour_StartsWhenTheWallClockShowsAFullHourOrJumpsOverIt(string zone, string instant, string start, string end) =>
        Require(zone, BudgetPeriod.Hour, instant, start, end);

    [Theory]
    // ISO week 53 of 2026 and week 1 of 2025 go over New Year.
    [InlineData("UTC", WeekDay.Monday, "2027-01-01T00:00:00Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z")]
    [InlineData("UTC", WeekDay.Monday, "2024-12-31T00:00:00Z", "2024-12-30T00:00:00Z", "2025-01-06T00:00:00Z")]
    [InlineData("UTC", WeekDay.Monday, "2027-01-03T23:59:59Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z")]
    [InlineData("UTC", WeekDay.Tuesday, "2026-11-23T08:00:00Z", "2026-11-17T00:00:00Z", "2026-11-24T00:00:00Z")]
    [InlineData("UTC", WeekDay.Wednesday, "2026-11-23T08:00:00Z", "2026-11-18T00:00:00Z", "2026-11-25T00:00:00Z")]
    [InlineData("UTC", WeekDay.Thursday, "2026-11-23T08:00:00Z", "2026-11-19T00:00:00Z", "2026-11-26T00:00:00Z")]
    [InlineData("UTC", WeekDay.Friday, "2026-11-23T08:00:00Z", "2026-11-20T00:00:00Z", "2026-11-27T00:00:00Z")]
    [InlineData("UTC", WeekDay.Saturday, "2026-11-23T08:00:00Z", "2026-11-21T00:00:00Z", "2026-11-28T00:00:00Z")]
    [InlineData("UTC", WeekDay.Sunday, "2026-11-23T08:00:00Z", "2026-11-22T00:00:00Z", "2026-11-29T00:00:00Z")]
    [InlineData("UTC", WeekDay.Sunday, "2028-02-29T08:00:00Z", "2028-02-27T00:00:00Z", "2028-03-05T00:00:00Z")]
    [InlineData("Europe/Berlin", WeekDay.Monday, "2026-03-29T21:59:59Z", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData("Europe/Berlin", WeekDay.Sunday, "2026-10-24T22:00:00Z", "2026-10-24T22:00:00Z", "2026-10-31T23:00:00Z")]
    // Samoa's Friday, 30 December 2011, is not on the wall: a week from Friday starts with that Saturday.
    [InlineData("Pacific/Apia", WeekDay.Friday, "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", "2012-01-05T10:00:00Z")]
    [InlineData("Pacific/Apia", WeekDay.Saturday, "2011-12-30T09:59:59Z", "2011-12-24T10:00:00Z", "2011-12-30T10:00:00Z")]
    public void At_Week_StartsWithTheFirstDay(string zone, WeekDay first, string instant, string start, string end) =>
        Require(zone, BudgetPeriod.Week, instant, start, end, first);

    [Theory]
    [InlineData(1, "2026-11-23T08:00:00Z", "2026-09-30T22:00:00Z", "2026-12-31T23:00:00Z")]
    [InlineData(4, "2026-03-31T21:59:59Z", "2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z")]
    [InlineData(4, "2026-03-31T22:00:00Z", "2026-03-31T22:00:00Z", "2026-06-30T22:00:00Z")]
    [InlineData(12, "2028-02-29T22:59:59Z", "2027-11-30T23:00:00Z", "2028-02-29T23:00:00Z")]
    [InlineData(2, "2026-01-15T00:00:00Z", "2025-10-31T23:00:00Z", "2026-01-31T23:00:00Z")]
    public void At_Quarter_CountsFromTheFiscalYear(int firstMonth, string instant, string start, string end) =>
        Require("Europe/Berlin", BudgetPeriod.Quarter, instant, start, end, fiscalYearStart: firstMonth);

    [Theory]
    [InlineData("UTC", 1, "2028-02-29T12:00:00Z", "2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z")]
    [InlineData("America/New_York", 10, "2026-10-01T03:59:59Z", "2025-10-01T04:00:00Z", "2026-10-01T04:00:00Z")]
    [InlineData("America/New_York", 10, "2026-10-01T04:00:00Z", "2026-10-01T04:00:00Z", "2027-10-01T04:00:00Z")]
    [InlineData("Asia/Kolkata", 4, "2027-01-01T00:00:00Z", "2026-03-31T18:30:00Z", "2027-03-31T18:30:00Z")]
    [InlineData("Australia/Lord_Howe", 7, "2026-07-01T00:00:00Z", "2026-06-30T13:30:00Z", "2027-06-30T13:30:00Z")]
    [InlineData("Africa/Cairo", 12, "2026-11-30T22:00:00Z", "2026-11-30T22:00:00Z", "2027-11-30T22:00:00Z")]
    public void At_Year_StartsWithTheFiscalYear(string zone, int firstMonth, string instant, string start, string end) =>
        Require(zone, BudgetPeriod.Year, instant, start, end, fiscalYearStart: firstMonth);

    [Theory]
    [InlineData("UTC")]
    [InlineData("America/New_York")]
    [InlineData("Pacific/Kiritimati")]
    [InlineData("Australia/Lord_Howe")]
    public void At_EndsOfTime_CutsTheWindows(string zone)
    {
        var calendar = new WindowCalendar(TimeZoneInfo.FindSystemTimeZoneById(zone), WeekDay.Thursday, 7);
        foreach (var period in WindowCalendar.Periods.Skip(1))
        {
            var first = calendar.At(period, DateTimeOffset.MinValue);
            Assert.Equal(DateTimeOffset.MinValue, first.Start);
            Assert.Equal(first.End, calendar.At(period, first.End!.Value).Start);

            var last = calendar.At(period, DateTimeOffset.MaxValue.AddTicks(-1));
            Assert.Equal(DateTimeOffset.MaxValue, last.End);
            Assert.Equal(last.Start, calendar.At(period, last.Start!.Value.AddTicks(-1)).End);
            Assert.Equal(last, calendar.At(period, DateTimeOffset.MaxValue));
        }
    }

    [Fact]
    public void Periods_Always_AreAllInTheOrderOfTheirNumbers() =>
        Assert.Equal(Enum.GetValues<BudgetPeriod>(), WindowCalendar.Periods);

    [Fact]
    public void New_UnknownDayOrMonth_IsRefused()
    {
        Assert.Equal("weekStart", Assert.Throws<ArgumentOutOfRangeException>(() => new WindowCalendar(TimeZoneInfo.Utc, (WeekDay)7)).ParamName);
        Assert.Equal("fiscalYearStart", Assert.Throws<ArgumentOutOfRangeException>(() => new WindowCalendar(TimeZoneInfo.Utc, fiscalYearStart: 0)).ParamName);
        Assert.Equal("fiscalYearStart", Assert.Throws<ArgumentOutOfRangeException>(() => new WindowCalendar(TimeZoneInfo.Utc, fiscalYearStart: 13)).ParamName);
    }

    [Fact]
    public void At_UnknownPeriod_IsRefused() =>
        Assert.Equal("period", Assert.Throws<ArgumentOutOfRangeException>(
            () => new WindowCalendar(TimeZoneInfo.Utc).At((BudgetPeriod)7, Parse("2026-11-23T08:00:00Z"))).ParamName);

    [Fact]
    public void At_None_IsAlwaysTheSameWindow()
    {
        var calendar = new WindowCalendar(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

        Assert.Equal(new BudgetWindow(BudgetPeriod.None, null, null), calendar.At(BudgetPeriod.None, Parse("2026-11-23T08:00:00Z")));
        Assert.True(calendar.At(BudgetPeriod.None, DateTimeOffset.MinValue).Contains(DateTimeOffset.MaxValue));
    }

    private static DateTimeOffset Parse(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);

    private static void Require(
        string zone, BudgetPeriod period, string instant, string start, string end,
        WeekDay weekStart = WeekDay.Monday, int fiscalYearStart = 1)
    {
        var calendar = new WindowCalendar(TimeZoneInfo.FindSystemTimeZoneById(zone), weekStart, fiscalYearStart);
        var window = calendar.At(period, Parse(instant));

        Assert.Equal(new BudgetWindow(period, Parse(start), Parse(end)), window);
        Assert.True(window.Contains(Parse(instant)));
        Assert.False(window.Contains(window.End!.Value));
        Assert.False(window.Contains(window.Start!.Value.AddTicks(-1)));
    }
}
