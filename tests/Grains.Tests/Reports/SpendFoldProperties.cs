using System.Globalization;
using CsCheck;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Reports;

public sealed class SpendFoldProperties
{
    private static readonly (string Zone, string Near)[] Places =
    [
        ("UTC", "2028-02-28T23:00:00Z"),
        ("Europe/Berlin", "2026-03-29T01:00:00Z"),
        ("America/New_York", "2026-11-01T06:00:00Z"),
        ("Asia/Kolkata", "2026-12-31T18:30:00Z"),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ];

    private static readonly Gen<(int Place, int MinutesBefore, SpendStep[] Steps)> Runs =
        Gen.Select(Gen.Int[0, Places.Length - 1], Gen.Int[0, 40 * 60], SpendStep.Any.Array[30, 90]);

    [Fact]
    public async Task Fold_OfAnyEntries_IsWhatTheTreeCountsInEveryScopeAndRunningWindow()
    {
        var compared = 0;
        await Runs.SampleAsync(
            async drawn =>
            {
                var run = Start(drawn);
                for (var i = 0; i < drawn.Steps.Length; i++)
                {
                    run.Do(drawn.Steps[i]);
                    if (i % 30 != 29)
                        continue;

                    foreach (var path in SpendRun.Counted)
                    {
                        foreach (var (period, row) in run.Running(path))
                        {
                            var range = new SpendRange(ScopePath.Parse(path), row.WindowStart, row.WindowEnd);
                            var sums = new SpendSums();
                            await ScanAsync(run.Entries, new SpendFold(range, null, int.MaxValue), change => sums.Add(change), range.From);
                            Assert.Equal(
                                (path, period, row.Spent, row.Reserved, row.Unresolved, row.Overrun),
                                (path, period, sums.Spent, sums.Reserved, sums.Unresolved, sums.Overrun));
                            Interlocked.Increment(ref compared);
                        }
                    }
                }
            },
            iter: 150);

        Assert.InRange(compared, 1_000, int.MaxValue);
    }

    [Fact]
    public async Task Fold_ByWindow_AddsUpToAllTimeInEveryKindOfWindow()
    {
        await Runs.SampleAsync(
            async drawn =>
            {
                var run = Start(drawn);
                foreach (var step in drawn.Steps)
                    run.Do(step);

                foreach (var path in SpendRun.Paths)
                {
                    var whole = run.Running(path)[BudgetPeriod.None];
                    foreach (var period in WindowCalendar.Periods)
                    {
                        var windows = SpendWindows.Until(instant => run.Calendar.At(period, instant), run.Now, run.Entries[0].At.AddDays(-40), int.MaxValue);
                        var sums = new SpendWindows(windows);
                        var range = new SpendRange(ScopePath.Parse(path), windows[0].Start, windows[^1].End);
                        await ScanAsync(run.Entries, new SpendFold(range, null, int.MaxValue), change => sums.Add(change), range.From);
                        Assert.Equal(whole.Spent, Sum(sums.Items.Select(item => item.Spent)));
                        Assert.Equal(whole.Reserved, Sum(sums.Items.Select(item => item.Reserved)));
                        Assert.Equal(whole.Unresolved, Sum(sums.Items.Select(item => item.Unresolved)));
                        Assert.Equal(whole.Overrun, Sum(sums.Items.Select(item => item.Overrun)));
                        Assert.DoesNotContain(sums.Items, item => item.Reserved.IsNegative || item.Unresolved.IsNegative || item.Calls < 0);
                    }
                }
            },
            iter: 100);
    }

    [Fact]
    public async Task Ranking_ByAnyAttribute_AddsUpToTheTotalOfTheRange()
    {
        await Gen.Select(Runs, Gen.Int[1, 5], Gen.Int[0, 100], Gen.Int[0, 100]).SampleAsync(
            async (drawn, count, first, last) =>
            {
                var run = Start(drawn);
                foreach (var step in drawn.Steps)
                    run.Do(step);

                // Any range, not only windows.
                var length = run.Now - run.Entries[0].At;
                var from = run.Entries[0].At + (length * first / 100);
                var range = new SpendRange(ScopePath.Parse(SpendRun.Counted[first % SpendRun.Counted.Length]), from, last > first ? run.Entries[0].At + (length * last / 100) : null);
                var sums = new SpendSums();
                await ScanAsync(run.Entries, new SpendFold(range, null, int.MaxValue), change => sums.Add(change), range.From);
                foreach (var by in Enum.GetValues<SpendDimension>())
                {
                    var ranking = await RankAsync(run.Entries, range, by, int.MaxValue);
                    Assert.Equal(sums.Total, ranking.Total);

                    var (items, other) = ranking.Top(count);
                    Assert.True(items.Length <= count);
                    Assert.Equal(sums.Spent, Sum(items.Select(item => item.Spent)) + other.Spent + sums.Adjustments);
                    Assert.Equal(sums.Reserved, Sum(items.Select(item => item.Reserved)) + other.Reserved);
                    Assert.Equal(sums.Unresolved, Sum(items.Select(item => item.Unresolved)) + other.Unresolved);
                    Assert.Equal(sums.Overrun, Sum(items.Select(item => item.Overrun)) + other.Overrun);
                    Assert.Equal(sums.Calls, items.Sum(item => item.Calls) + other.Calls);
                    Assert.DoesNotContain(items, item => item.Reserved.IsNegative || item.Unresolved.IsNegative || item.Spent.IsNegative || item.Calls < 0);
                }
            },
            iter: 100);
    }

    [Fact]
    public async Task Fold_ThatForgetsWorkloads_LooksThemUpAndCountsTheSame()
    {
        var lookedUp = 0;
        await Gen.Select(Runs, Gen.Int[0, 6]).SampleAsync(
            async (drawn, holdsMax) =>
            {
                var run = Start(drawn);
                foreach (var step in drawn.Steps)
                    run.Do(step);

                var range = new SpendRange(ScopePath.Parse(holdsMax % 2 == 0 ? "" : "a/customerId=c-1"));
                var whole = await RankAsync(run.Entries, range, SpendDimension.CustomerId, int.MaxValue);
                var reader = new EntryReader(run.Entries);
                var bounded = new SpendRanking();
                var fold = new SpendFold(range, SpendDimension.CustomerId, holdsMax);
                var scan = new SpendScan(reader, run.Entries[0].Stream, run.Entries.Count);
                await scan.RunAsync(1, fold, int.MaxValue, change => bounded.Add(change), TestContext.Current.CancellationToken);

                Assert.True(fold.HoldCount <= holdsMax, $"{fold.HoldCount} of {holdsMax}");
                Assert.Equal(whole.Total, bounded.Total);
                Assert.Equal(whole.Top(10).Items, bounded.Top(10).Items);
                Interlocked.Add(ref lookedUp, reader.WorkloadsFound);
            },
            iter: 100);

        Assert.InRange(lookedUp, 50, int.MaxValue);
    }

    private static SpendRun Start((int Place, int MinutesBefore, SpendStep[] Steps) drawn)
    {
        var (zone, near) = Places[drawn.Place];
        return new SpendRun(zone, DateTimeOffset.Parse(near, CultureInfo.InvariantCulture).AddMinutes(-drawn.MinutesBefore));
    }

    private static async Task<SpendRanking> RankAsync(IReadOnlyList<LedgerEntry> entries, SpendRange range, SpendDimension by, int holdsMax)
    {
        var ranking = new SpendRanking();
        await ScanAsync(entries, new SpendFold(range, by, holdsMax), change => ranking.Add(change), range.From);
        return ranking;
    }

    /// <summary>From the first entry in the range, as a report does.</summary>
    private static async Task ScanAsync(
        IReadOnlyList<LedgerEntry> entries, SpendFold fold, Action<SpendChange> add, DateTimeOffset? from = null)
    {
        var scan = new SpendScan(new EntryReader(entries), entries[0].Stream, entries.Count);
        var first = await scan.FirstAsync(from, TestContext.Current.CancellationToken);
        await scan.RunAsync(first, fold, int.MaxValue, add, TestContext.Current.CancellationToken);
    }

    private static Quantity Sum(IEnumerable<Quantity> quantities) => quantities.Aggregate(Quantity.Zero, (sum, quantity) => sum + quantity);
}
