using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using GenOps.ControlPlane.Tests.Ledger;
using Microsoft.Data.Sqlite;

namespace GenOps.ControlPlane.Silo.Tests.Storage;

public sealed class SqliteLedgerStoreTests : IDisposable
{
    private static readonly AppendOutcome Accepted = AppendOutcome.Accepted;

    private readonly LedgerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Commit_NewEntries_AreReadBackByteForByteAfterReopening()
    {
        var stream = new TestStream("b/acme/usd");
        var first = stream.Next(data: """{"note":"Zürich 你好 😀"}""");
        var second = stream.Next(TestStream.Workload(7), LedgerSlot.Decision);
        using (var store = _folder.Open())
            Assert.Equal([Accepted, Accepted], (await store.CommitAsync([[first], [second]], default)).Outcomes);

        using var reopened = _folder.Open();
        var entries = await reopened.ReadStreamAsync(stream.Id, 0).ToListAsync();
        Assert.Equal(2, entries.Count);
        AssertSame(first.Entries[0], entries[0]);
        AssertSame(second.Entries[0], entries[1]);
    }

    [Fact]
    public async Task Commit_EntryThatTheDatabaseRefuses_SaysThatNothingWasWritten()
    {
        var good = new TestStream("b/acme/usd");
        var bad = new TestStream("b/acme/eur").Next();
        var badEntry = bad.Entries[0] with { Slot = 5, Workload = TestStream.Workload(1), Kind = null! };
        using var store = _folder.Open();
        var append = good.Next();

        var exception = await Assert.ThrowsAsync<LedgerStoreException>(
            () => store.CommitAsync([[append], [bad with { Entries = [badEntry] }]], default));

        Assert.True(exception.NothingWritten);
        Assert.Empty(await store.ReadByStreamAsync("").ToListAsync());
        Assert.Equal([Accepted], (await store.CommitAsync([[append]], default)).Outcomes);
    }

    [Fact]
    public async Task Commit_DatabaseLockedByAnotherProgram_SaysThatNothingWasWrittenAndRecovers()
    {
        var stream = new TestStream("b/acme/usd");
        var append = stream.Next();
        using var store = new SqliteLedgerStore(
            Microsoft.Extensions.Options.Options.Create(
                new SqliteLedgerOptions { DatabasePath = _folder.DatabasePath, BusyTimeout = TimeSpan.FromMilliseconds(100) }),
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<SqliteLedgerStore>.Instance);
        using (var other = new SqliteConnection($"Data Source={_folder.DatabasePath};Pooling=False"))
        {
            other.Open();
            using var transaction = other.BeginTransaction(deferred: false);
            var exception = await Assert.ThrowsAsync<LedgerStoreException>(() => store.CommitAsync([[append]], default));
            Assert.True(exception.NothingWritten);
        }

        Assert.Equal([Accepted], (await store.CommitAsync([[append]], default)).Outcomes);
    }

    [Theory]
    [InlineData("UPDATE ledger SET kind = 'x'")]
    [InlineData("DELETE FROM ledger")]
    public async Task Ledger_ChangedBySql_Refuses(string sql)
    {
        using (var store = _folder.Open())
            await store.CommitAsync([[new TestStream("b/acme/usd").Next()]], default);

        var exception = Assert.Throws<SqliteException>(() => _folder.Execute(sql));

        Assert.Contains("the ledger is insert-only", exception.Message);
    }

    [Fact]
    public void Open_DirectoryInUse_IsRefusedUntilItIsFree()
    {
        using (_folder.Open())
        {
            var exception = Assert.Throws<DataDirectoryInUseException>(() => _folder.Open());
            Assert.StartsWith($"The data directory '{Path.GetDirectoryName(_folder.DatabasePath)}' is in use by another node", exception.Message);
        }

        using var store = _folder.Open();
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(_folder.DatabasePath)!, DataDirectoryLock.FileName)));
    }

    private static void AssertSame(LedgerEntry expected, LedgerEntry actual)
    {
        Assert.Equal(expected.Text.ToArray(), actual.Text.ToArray());
        Assert.Equal(expected with { Text = default }, actual with { Text = default });
    }
}
