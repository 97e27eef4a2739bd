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
    public async Task Commit_SameEntriesAgain_AreAcceptedAndWrittenOnce()
    {
        var stream = new TestStream("b/acme/usd");
        StreamAppend[] first = [stream.Next(count: 3, changesAuthority: true)];
        StreamAppend[] second = [stream.Next()];
        using var store = _folder.Open();
        await store.CommitAsync([first, second], default);

        var again = await store.CommitAsync([first, second], default);

        Assert.Equal([Accepted, Accepted], again.Outcomes);
        Assert.Equal(new Epoch(1), again.Epoch);
        Assert.Equal(4, (await store.ReadStreamAsync(stream.Id, 0).ToListAsync()).Count);
    }

    [Fact]
    public async Task Commit_PredecessorOfAnotherWriter_IsFenced()
    {
        // The lost batch: this writer's number 2 was lost, another's stands there, and its number 3 must not slip in behind.
        var ours = new TestStream("b/acme/usd");
        using var store = _folder.Open();
        await store.CommitAsync([[ours.Next()]], default);
        var theirs = ours.Fork();
        ours.Next(data: """{"lost":true}""");
        var successor = ours.Next();
        await store.CommitAsync([[theirs.Next()]], default);

        var commit = await store.CommitAsync([[successor]], default);

        Assert.Equal([new AppendOutcome(AppendOutcomeKind.Fenced, ours.Id)], commit.Outcomes);
        Assert.Equal(theirs.Head, (await store.ReadStreamAsync(ours.Id, 0).LastAsync()).Head);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Commit_NumberTakenByAnotherWriter_IsFencedAsAWhole(int count)
    {
        var ours = new TestStream("b/acme/usd");
        using var store = _folder.Open();
        await store.CommitAsync([[ours.Next()]], default);
        var theirs = ours.Fork();
        await store.CommitAsync([[theirs.Next()]], default);

        var commit = await store.CommitAsync([[ours.Next(count, """{"other":true}""")]], default);

        Assert.Equal([new AppendOutcome(AppendOutcomeKind.Fenced, ours.Id)], commit.Outcomes);
        Assert.Equal(2, (await store.ReadStreamAsync(ours.Id, 0).ToListAsync()).Count);
    }

    [Fact]
    public async Task Commit_FirstEntryOfAStreamThatHasOne_IsFenced()
    {
        using var store = _folder.Open();
        await store.CommitAsync([[new TestStream("b/acme/usd").Next()]], default);

        var commit = await store.CommitAsync([[new TestStream("b/acme/usd").Next(data: """{"other":true}""")]], default);

        Assert.Equal(AppendOutcomeKind.Fenced, commit.Outcomes[0].Kind);
    }

    [Fact]
    public async Task Commit_AppendThatBeginsLikeWhatIsThere_IsFencedAndLeavesNothing()
    {
        var ours = new TestStream("b/acme/usd");
        var theirs = ours.Fork();
        using var store = _folder.Open();
        await store.CommitAsync([[theirs.Next()]], default);

        var commit = await store.CommitAsync([[ours.Next(count: 2)]], default);

        Assert.Equal([new AppendOutcome(AppendOutcomeKind.Fenced, ours.Id)], commit.Outcomes);
        Assert.Single(await store.ReadStreamAsync(ours.Id, 0).ToListAsync());
    }

    [Fact]
    public async Task Commit_GapInFront_IsFenced()
    {
        var stream = new TestStream("b/acme/usd");
        stream.Next();
        using var store = _folder.Open();

        var commit = await store.CommitAsync([[stream.Next()]], default);

        Assert.Equal([new AppendOutcome(AppendOutcomeKind.Fenced, stream.Id)], commit.Outcomes);
    }

    [Fact]
    public async Task Commit_AfterAFencedAppendInTheSameBatch_FencesWhatBuildsOnItAlone()
    {
        var ours = new TestStream("b/acme/usd");
        var other = new TestStream("b/acme/eur");
        using var store = _folder.Open();
        await store.CommitAsync([[new TestStream("b/acme/usd").Next(data: "1")]], default);

        var commit = await store.CommitAsync([[ours.Next()], [other.Next()], [ours.Next()], [other.Next()]], default);

        var fenced = new AppendOutcome(AppendOutcomeKind.Fenced, ours.Id);
        Assert.Equal([fenced, Accepted, fenced, Accepted], commit.Outcomes);
    }

    [Fact]
    public async Task Commit_SeveralStreamsOneFenced_WritesNone()
    {
        var first = new TestStream("t/acme");
        var second = new TestStream("b/acme/usd");
        using var store = _folder.Open();
        await store.CommitAsync([[second.Fork().Next(data: "1")]], default);

        var commit = await store.CommitAsync([[first.Next(2, changesAuthority: true), second.Next()]], default);

        Assert.Equal([new AppendOutcome(AppendOutcomeKind.Fenced, second.Id)], commit.Outcomes);
        Assert.Equal(new Epoch(0), commit.Epoch);
        Assert.Empty(await store.ReadStreamAsync(first.Id, 0).ToListAsync());
    }

    [Fact]
    public async Task Commit_SlotTaken_SaysThatTheDecisionExists()
    {
        var workload = TestStream.Workload(1);
        var agent = new TestStream("a/acme/bot");
        var budget = new TestStream("b/acme/usd");
        using var store = _folder.Open();
        await store.CommitAsync([[agent.Next(workload, LedgerSlot.Decision)]], default);

        var commit = await store.CommitAsync(
            [[budget.Next(workload, LedgerSlot.Decision)], [new TestStream("b/acme/eur").Next(workload, LedgerSlot.Hold(new StreamId("b/acme/eur")))]],
            default);

        Assert.Equal([new AppendOutcome(AppendOutcomeKind.DecisionExists, budget.Id, workload), Accepted], commit.Outcomes);
    }

    [Fact]
    public async Task Commit_SameWorkloadOfAnotherTenant_IsAccepted()
    {
        var workload = TestStream.Workload(1);
        using var store = _folder.Open();

        var commit = await store.CommitAsync(
            [[new TestStream("a/acme/bot").Next(workload, 0)], [new TestStream("a/globex/bot").Next(workload, 0)]], default);

        Assert.Equal([Accepted, Accepted], commit.Outcomes);
    }

    [Fact]
    public async Task Commit_ChangesOfAuthority_AdvanceTheEpochAndNameTheStreams()
    {
        var agent = new TestStream("a/acme/bot");
        var tenant = new TestStream("t/acme");
        using var store = _folder.Open();
        var before = await store.ReadChangesAsync(new Epoch(0));

        var plain = await store.CommitAsync([[agent.Next()]], default);
        var one = await store.CommitAsync([[agent.Next(changesAuthority: true)], [agent.Next()]], default);
        var two = await store.CommitAsync([[agent.Next(2, changesAuthority: true), tenant.Next(changesAuthority: true)]], default);

        Assert.Equal([0L, 1L, 3L], [plain.Epoch.Value, one.Epoch.Value, two.Epoch.Value]);
        var changes = await store.ReadChangesAsync(new Epoch(1));
        Assert.Equal(new Epoch(3), changes.Epoch);
        Assert.Equal(before.Incarnation, changes.Incarnation);
        Assert.NotEqual(Guid.Empty, changes.Incarnation);
        Assert.Equal([(agent.Id, new Epoch(2)), (tenant.Id, new Epoch(3))], changes.Streams);
        Assert.Empty((await store.ReadChangesAsync(new Epoch(3))).Streams);
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
