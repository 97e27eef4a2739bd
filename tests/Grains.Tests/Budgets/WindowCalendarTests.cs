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

    [Fact]
    public void At_None_IsAlwaysTheSameWindow()
    {
        var calendar = new WindowCalendar(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

        Assert.Equal(new BudgetWindow(BudgetPeriod.None, null, null), calendar.At(BudgetPeriod.None, Parse("2026-11-23T08:00:00Z")));
        Assert.True(calendar.At(BudgetPeriod.None, DateTimeOffset.MinValue).Contains(DateTimeOffset.MaxValue));
    }

    private static DateTimeOffset Parse(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);

    private static void Require(string zone, BudgetPeriod period, string instant, string start, string end)
    {
        var window = new WindowCalendar(TimeZoneInfo.FindSystemTimeZoneById(zone)).At(period, Parse(instant));

        Assert.Equal(new BudgetWindow(period, Parse(start), Parse(end)), window);
        Assert.True(window.Contains(Parse(instant)));
        Assert.False(window.Contains(window.End!.Value));
        Assert.False(window.Contains(window.Start!.Value.AddTicks(-1)));
    }
}
