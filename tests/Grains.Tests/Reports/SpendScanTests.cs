using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Reports;

public sealed class SpendScanTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 1)]
    [InlineData(1, 3)]
    [InlineData(59, 119)]
    [InlineData(499, 999)]
    [InlineData(500, 1001)]
    public async Task First_OfARange_IsTheFirstEntryAtItsBeginningOrLater(int minutes, long first)
    {
        // Two entries a minute, of one instant.
        var reader = new EntryReader(Entries(1_000, entry => Start.AddMinutes(entry / 2)));
        var scan = new SpendScan(reader, Stream, 1_000);

        Assert.Equal(first, await scan.FirstAsync(Start.AddMinutes(minutes), Cancelled));
        Assert.InRange(reader.EntriesFound, 1, 10);
        Assert.Equal(1, await scan.FirstAsync(null, Cancelled));
    }

    [Fact]
    public async Task Run_UpToAHead_LeavesWhatIsWrittenLater()
    {
        var reader = new EntryReader(Entries(10, entry => Start.AddSeconds(entry)));
        var changes = new List<SpendChange>();

        await new SpendScan(reader, Stream, 7).RunAsync(3, Fold(), 10, changes.Add, Cancelled);
        await new SpendScan(reader, Stream, 7).RunAsync(8, Fold(), 10, changes.Add, Cancelled);

        Assert.Equal([2, 3, 4, 5, 6], changes.Select(change => (int)(change.Instant - Start).TotalSeconds));
    }

    [Fact]
    public async Task Run_WithAnEntryMissing_IsAnError()
    {
        var entries = Entries(10, entry => Start.AddSeconds(entry));
        var scan = new SpendScan(new EntryReader([.. entries.Where(entry => entry.Seq != 5)]), Stream, 10);
        var longer = new SpendScan(new EntryReader(entries), Stream, 11);

        Assert.Contains("#5", (await Assert.ThrowsAsync<InvalidDataException>(() => scan.RunAsync(1, Fold(), 10, _ => { }, Cancelled))).Message, StringComparison.Ordinal);
        Assert.Contains("#11", (await Assert.ThrowsAsync<InvalidDataException>(() => longer.RunAsync(1, Fold(), 10, _ => { }, Cancelled))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithTooManyValues_SaysWhatToDo()
    {
        var scan = new SpendScan(new EntryReader(Entries(10, entry => Start.AddSeconds(entry))), Stream, 10);

        await scan.RunAsync(1, Fold(), 10, _ => { }, Cancelled);
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => scan.RunAsync(1, Fold(), 9, _ => { }, Cancelled));

        Assert.Equal(("range_too_large", "by"), (refused.Code, refused.Field));
        Assert.Contains("GenOps:Reports:ValuesMax", refused.Message, StringComparison.Ordinal);
    }

    private static StreamId Stream => new("b/acme/usd");

    private static SpendFold Fold() => new(new SpendRange(ScopePath.Root), SpendDimension.Agent, 100);

    /// <summary>Holds of one agent each.</summary>
    private static List<LedgerEntry> Entries(int count, Func<int, DateTimeOffset> at)
    {
        var entries = new List<LedgerEntry>();
        for (var i = 0; i < count; i++)
        {
            entries.Add(EntryText.Compose(
                Stream, i == 0 ? LedgerHead.Empty : entries[^1].Head,
                new WorkloadHeld(
                    WorkloadId.Parse($"019a0000-0000-7000-8000-{i:x12}"), AgentId.Parse($"bot-{i}"), ContentHash.Of("x"), BudgetRoot.Parse("zz"),
                    ScopePath.Root, Amounts.Quantity.One, null, at(i).AddMinutes(2), null),
                at(i)));
        }

        return entries;
    }
}
