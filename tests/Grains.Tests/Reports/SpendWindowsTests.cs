using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;

namespace GenOps.ControlPlane.Reports;

public sealed class SpendWindowsTests
{
    private static readonly CalendarHistory Berlin = CalendarHistory.From([new CalendarChange(At("2026-01-01T00:00:00Z"), "Europe/Berlin", WeekDay.Monday, 1)]);

    [Fact]
    public void Until_ACount_IsTheNewestOnes()
    {
        var windows = SpendWindows.Until(instant => Berlin.At(BudgetPeriod.Month, instant), At("2026-11-23T10:00:00Z"), null, 3);

        Assert.Equal(
            [At("2026-08-31T22:00:00Z"), At("2026-09-30T22:00:00Z"), At("2026-10-31T23:00:00Z")],
            windows.Select(window => window.Start!.Value));
        Assert.Equal(At("2026-11-30T23:00:00Z"), windows[^1].End);
    }

    [Theory]
    [InlineData("2026-11-20T23:00:00Z", 3)]
    [InlineData("2026-11-20T22:59:59Z", 4)]
    [InlineData("2026-11-22T23:00:00Z", 1)]
    public void Until_FromAnInstant_BeginsWithItsWindow(string from, int count)
    {
        var windows = SpendWindows.Until(instant => Berlin.At(BudgetPeriod.Day, instant), At("2026-11-23T10:00:00Z"), At(from), 100);

        Assert.Equal(count, windows.Length);
        Assert.True(windows[0].Contains(At(from)));
    }

    [Fact]
    public void Until_OfAllTime_IsOneWindow() => Assert.Equal(
        [new BudgetWindow(BudgetPeriod.None, null, null)],
        SpendWindows.Until(instant => Berlin.At(BudgetPeriod.None, instant), At("2026-11-23T10:00:00Z"), At("2020-01-01T00:00:00Z"), 100));

    [Fact]
    public void Until_AcrossAChangeOfCalendar_HasNoGap()
    {
        var moved = Berlin.Change(new CalendarChange(At("2026-11-20T12:00:00Z"), "Asia/Kolkata", WeekDay.Sunday, 4));
        foreach (var period in Enum.GetValues<BudgetPeriod>())
        {
            var windows = SpendWindows.Until(instant => moved.At(period, instant), At("2027-06-01T10:00:00Z"), At("2026-01-01T00:00:00Z"), int.MaxValue);
            Assert.All(windows.Zip(windows.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Start));
            Assert.True(windows[0].Contains(At("2026-01-01T00:00:00Z")));
        }
    }

    [Fact]
    public void Add_OfAnyOrder_IsSummedInTheInstantsWindow()
    {
        var sums = new SpendWindows(SpendWindows.Until(instant => Berlin.At(BudgetPeriod.Day, instant), At("2026-11-23T10:00:00Z"), null, 40));
        Assert.True(sums.IsEmpty);

        Add("2026-11-23T10:00:00Z", 1);
        Add("2026-10-24T22:00:00Z", 2);
        Add("2026-10-25T22:59:59.999999Z", 4);
        Add("2026-10-25T23:00:00Z", 8);
        Add("2026-11-23T09:00:00Z", 16);

        Assert.False(sums.IsEmpty);
        Assert.Equal(
            ["2026-10-24T22:00 6", "2026-10-25T23:00 8", "2026-11-22T23:00 17"],
            sums.Items.Where(item => !item.Spent.IsZero).Select(item => $"{item.WindowStart:yyyy-MM-dd'T'HH:mm} {item.Spent}"));
        Assert.Equal(40, sums.Items.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => Add("2026-11-23T23:00:00Z", 1));

        void Add(string at, int units) => sums.Add(new SpendChange(At(at), SpendKey.None, Spent: Quantity.FromUnits(units)));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
