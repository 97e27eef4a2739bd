using System.Text;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using GenOps.ControlPlane.Tests.Ledger;
using Npgsql;

namespace GenOps.ControlPlane.Cluster.Tests.Storage;

[Collection(PostgresCollection.Name)]
public sealed class PostgresLedgerStoreTests(PostgresFixture server) : IAsyncLifetime
{
    private static readonly AppendOutcome Accepted = AppendOutcome.Accepted;

    private PostgresDatabase _database = null!;
    private PostgresLedgerStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await server.CreateAsync();
        _store = _database.Open();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Commit_Any_NamesTheIncarnation()
    {
        var stream = new TestStream("b/acme/usd");
        var expected = (await _store.ReadChangesAsync(new Epoch(0))).Incarnation;

        Assert.Equal(expected, (await _store.CommitAsync([[stream.Next()]], default)).Incarnation);
        Assert.Equal(expected, (await _store.CommitAsync([[stream.Next(2)], [stream.Next(changesAuthority: true)]], default)).Incarnation);
    }

    [Fact]
    public async Task Commit_TextWithAllOfUnicode_KeepsExactlyTheBytes()
    {
        var all = new StringBuilder();
        for (var scalar = 1; scalar <= 0x10FFFF; scalar++)
        {
            if (Rune.IsValid(scalar))
                all.Append(new Rune(scalar).ToString());
        }

        var append = new TestStream("b/acme/usd").Next(data: all.ToString());
        var many = new TestStream("b/acme/eur").Next(2, """{"text":"\u0000 ' \\ \" $1 $$ \ud83d"}""");

        await _store.CommitAsync([[append]], default);
        await _store.CommitAsync([[many]], default);

        Assert.True((await _store.FindEntryAsync(append.Stream, 1))!.Text.Span.SequenceEqual(append.Entries[0].Text.Span));
        Assert.Null((await new LedgerVerifier(_store).VerifyAsync("b/acme/eur")).FirstBroken);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', 0 })]
    [InlineData(new byte[] { 0xC3, 0x28 })]
    public async Task Commit_BytesThatAreNoText_HurtOnlyThemselves(byte[] text)
    {
        var (good, bad) = (new TestStream("b/acme/usd"), new TestStream("b/acme/eur"));
        var append = bad.Next();
        append = append with { Entries = [append.Entries[0] with { Text = text }] };

        var together = await Assert.ThrowsAsync<LedgerStoreException>(() => _store.CommitAsync([[good.Next()], [append]], default));
        var alone = await Assert.ThrowsAsync<LedgerStoreException>(() => _store.CommitAsync([[append]], default));

        Assert.Equal((true, true), (together.NothingWritten, alone.NothingWritten));
        Assert.Empty(await _store.ReadByStreamAsync("").ToListAsync());
    }

    [Fact]
    public async Task Commit_SameDecisionTwiceInABatch_TakesTheFirst()
    {
        var workload = TestStream.Workload(1);
        var (usd, eur) = (new TestStream("b/acme/usd"), new TestStream("b/acme/eur"));

        var commit = await _store.CommitAsync([[usd.Next(workload, 0)], [eur.Next(workload, 0)], [eur.Next()], [usd.Next()]], default);

        Assert.Equal(
            [Accepted, new AppendOutcome(AppendOutcomeKind.DecisionExists, eur.Id, workload), new AppendOutcome(AppendOutcomeKind.Fenced, eur.Id), Accepted],
            commit.Outcomes);
    }

    [Fact]
    public async Task Commit_DecisionThatExistsInTheMiddleOfAHotStream_KeepsWhatIsBeforeIt()
    {
        var workload = TestStream.Workload(1_000);
        await _store.CommitAsync([[new TestStream("a/acme/bot").Next(workload, 0)]], default);
        var (hot, other) = (new TestStream("b/acme/usd"), new TestStream("b/acme/eur"));
        var batch = new List<IReadOnlyList<StreamAppend>>();
        for (var number = 0; number < 100; number++)
            batch.Add([number == 61 ? hot.Next(workload, 0) : hot.Next(TestStream.Workload(number), 0)]);
        batch.Add([other.Next()]);

        var commit = await _store.CommitAsync(batch, default);

        Assert.All(commit.Outcomes[..61], outcome => Assert.Equal(Accepted, outcome));
        Assert.Equal(new AppendOutcome(AppendOutcomeKind.DecisionExists, hot.Id, workload), commit.Outcomes[61]);
        Assert.All(commit.Outcomes[62..100], outcome => Assert.Equal(new AppendOutcome(AppendOutcomeKind.Fenced, hot.Id), outcome));
        Assert.Equal(Accepted, commit.Outcomes[100]);
        Assert.Equal(61, await _store.ReadStreamAsync(hot.Id, 0).CountAsync());
    }

    [Fact]
    public async Task Commit_SameAppendTwiceInABatch_IsWrittenOnce()
    {
        var append = new TestStream("b/acme/usd").Next(2, changesAuthority: true);

        var commit = await _store.CommitAsync([[append], [append]], default);

        Assert.Equal([Accepted, Accepted], commit.Outcomes);
        Assert.Equal(new Epoch(1), commit.Epoch);
        Assert.Equal(2, await _store.ReadStreamAsync(append.Stream, 0).CountAsync());
    }

    [Fact]
    public async Task Commit_PartOfTheBatchIsThere_WritesTheRest()
    {
        var (usd, eur) = (new TestStream("b/acme/usd"), new TestStream("b/acme/eur"));
        StreamAppend[] first = [usd.Next(2), eur.Next()];
        StreamAppend[] second = [usd.Next()];
        StreamAppend[] third = [eur.Next(), new TestStream("b/acme/gbp").Next()];
        await _store.CommitAsync([first, second], default);

        var commit = await _store.CommitAsync([first, second, third], default);

        Assert.Equal([Accepted, Accepted, Accepted], commit.Outcomes);
        Assert.Equal(6, await _store.ReadByStreamAsync("b/").CountAsync());
    }

    [Fact]
    public async Task Commit_LockHeldTooLong_IsUnknownAndTheNextOneGoesOn()
    {
        var store = _database.Open(further: options => options.LockTimeout = TimeSpan.FromMilliseconds(50));
        var stream = new TestStream("b/acme/usd");
        var append = stream.Next();
        await using var earlier = await BeginAsync(append);

        var exception = await Assert.ThrowsAsync<LedgerStoreException>(() => store.CommitAsync([[append]], default));
        await earlier.CommitAsync();
        var commit = await store.CommitAsync([[append], [stream.Next()]], default);

        Assert.False(exception.NothingWritten);
        Assert.Equal([Accepted, Accepted], commit.Outcomes);
    }

    [Fact]
    public async Task Commit_GivenUp_LeavesItsConnectionAlone()
    {
        var store = _database.Open(further: options => options.LockTimeout = TimeSpan.FromSeconds(30));
        var stream = new TestStream("b/acme/usd");
        var append = stream.Next();
        await using var other = await BeginAsync(append);
        using var ending = new CancellationTokenSource();

        var commit = store.CommitAsync([[append]], ending.Token);
        await WaitForLockAsync();
        await ending.CancelAsync();
        var exception = await Assert.ThrowsAsync<LedgerStoreException>(() => commit);
        var elsewhere = await store.CommitAsync([[new TestStream("b/acme/eur").Next()]], default);
        await other.RollbackAsync();
        var again = await store.CommitAsync([[append]], default);

        Assert.False(exception.NothingWritten);
        Assert.Equal([Accepted], elsewhere.Outcomes);
        Assert.Equal([Accepted], again.Outcomes);
    }

    [Fact]
    public async Task Commit_GivenUpWhileWaitingForAConnection_WroteNothing()
    {
        var store = _database.Open(further: options =>
        {
            options.WriteConnections = 1;
            options.LockTimeout = TimeSpan.FromSeconds(30);
        });
        var append = new TestStream("b/acme/usd").Next();
        await using var other = await BeginAsync(append);
        using var ending = new CancellationTokenSource();

        var first = store.CommitAsync([[append]], default);
        await WaitForLockAsync();
        var second = store.CommitAsync([[new TestStream("b/acme/eur").Next()]], ending.Token);
        await ending.CancelAsync();

        // It says that nobody knows: told that nothing was written, the writer would send each append alone, each to wait here.
        Assert.False((await Assert.ThrowsAsync<LedgerStoreException>(() => second)).NothingWritten);
        await other.RollbackAsync();
        Assert.Equal([Accepted], (await first).Outcomes);
        Assert.Empty(await store.ReadStreamAsync(new StreamId("b/acme/eur"), 0).ToListAsync());
    }

    [Fact]
    public async Task Commit_BackendKilledUnderIt_IsUnknownAndSentAgainGoesThrough()
    {
        var store = _database.Open(further: options => options.LockTimeout = TimeSpan.FromSeconds(30));
        var stream = new TestStream("a/acme/bot");
        var append = stream.Next(changesAuthority: true);
        await using var other = await BeginAsync(append);

        var commit = store.CommitAsync([[append]], default);
        await WaitForLockAsync();
        await KillWritersAsync();
        var exception = await Assert.ThrowsAsync<LedgerStoreException>(() => commit);
        await other.RollbackAsync();
        var again = await store.CommitAsync([[append]], default);

        Assert.False(exception.NothingWritten);
        Assert.Equal([Accepted], again.Outcomes);
        Assert.Equal(new Epoch(1), again.Epoch);
    }

    [Fact]
    public async Task Commit_BackendsKilledAgainAndAgain_LosesAndDoublesNothing()
    {
        var killing = true;
        var killer = Task.Run(async () =>
        {
            while (Volatile.Read(ref killing))
                await KillWritersAsync();
        });

        var writers = Enumerable.Range(0, 3).Select(async writer =>
        {
            var stream = new TestStream($"a/acme/bot{writer}");
            var unknown = 0;
            for (var round = 0; round < 100; round++)
            {
                List<IReadOnlyList<StreamAppend>> batch = [[stream.Next(2, changesAuthority: round % 10 == 0)], [stream.Next(TestStream.Workload((writer * 1_000) + round), 0)]];
                while (true)
                {
                    try
                    {
                        Assert.Equal([Accepted, Accepted], (await _store.CommitAsync(batch, default)).Outcomes);
                        break;
                    }
                    catch (LedgerStoreException exception)
                    {
                        Assert.False(exception.NothingWritten, exception.ToString());
                        unknown++;
                    }
                }
            }

            return unknown;
        });
        var unknown = await Task.WhenAll(writers);
        Volatile.Write(ref killing, false);
        await killer;

        Assert.NotEqual(0, unknown.Sum());
        var verification = await new LedgerVerifier(_store).VerifyAsync("");
        Assert.Equal((3L, 900L, null), (verification.Streams, verification.Entries, verification.FirstBroken));
        Assert.Equal(Enumerable.Range(1, 30).Select(epoch => (long)epoch), (await _store.ReadChangesAsync(new Epoch(0))).Streams.Select(change => change.Epoch.Value));
    }

    [Fact]
    public async Task Commit_SeveralWritersRaceForOneStream_OneWinsEachPlace()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => _database.Open()).ToArray();
        var head = LedgerHead.Empty;
        for (var round = 0; round < 200; round++)
        {
            var isAuthority = round % 7 == 0;
            var appends = stores.Select((_, writer) => new TestStream("a/acme/bot", head).Next(1 + (round % 3), $$"""{"writer":{{writer}}}""", isAuthority)).ToArray();
            var commits = await Task.WhenAll(stores.Select((store, writer) => Task.Run(() => store.CommitAsync(
                [[appends[writer]], [new TestStream($"b/acme/{writer}r{round}").Next()]], default))));

            Assert.All(commits, commit => Assert.Equal(Accepted, commit.Outcomes[1]));
            var winner = Assert.Single(Enumerable.Range(0, 4), writer => commits[writer].Outcomes[0] == Accepted);
            Assert.Equal(3, commits.Count(commit => commit.Outcomes[0] == new AppendOutcome(AppendOutcomeKind.Fenced, appends[0].Stream)));
            head = appends[winner].Entries[^1].Head;
        }

        Assert.Null((await new LedgerVerifier(_store).VerifyAsync("")).FirstBroken);
        Assert.Equal(head, (await _store.ReadStreamAsync(new StreamId("a/acme/bot"), 0).LastAsync()).Head);
        Assert.Equal(29, (await _store.ReadChangesAsync(new Epoch(0))).Epoch.Value);
    }

    [Fact]
    public async Task Commit_SeveralWritersRaceForOneWorkload_OneDecides()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => _database.Open()).ToArray();
        var streams = stores.Select((_, writer) => new TestStream($"b/acme/w{writer}")).ToArray();
        for (var round = 0; round < 200; round++)
        {
            // Each wants the same two, in another order, and one of its own: they may even wait for each other.
            var (first, second) = (TestStream.Workload(2 * round), TestStream.Workload((2 * round) + 1));
            var commits = await Task.WhenAll(stores.Select((store, writer) => Task.Run(() =>
            {
                var (one, other) = writer % 2 == 0 ? (first, second) : (second, first);
                return CommitAsync(
                    store,
                    [
                        [new TestStream($"b/acme/w{writer}r{round}a").Next(one, 0)],
                        [new TestStream($"b/acme/w{writer}r{round}b").Next(other, 0)],
                        [streams[writer].Next()],
                    ]);
            })));

            Assert.All(commits, commit => Assert.Equal(Accepted, commit.Outcomes[2]));
            var outcomes = commits.SelectMany(commit => commit.Outcomes[..2]).ToArray();
            Assert.Equal(2, outcomes.Count(outcome => outcome == Accepted));
            Assert.Equal(3, outcomes.Count(outcome => outcome.Kind == AppendOutcomeKind.DecisionExists && outcome.Workload == first));
            Assert.Equal(3, outcomes.Count(outcome => outcome.Kind == AppendOutcomeKind.DecisionExists && outcome.Workload == second));
        }

        Assert.Null((await new LedgerVerifier(_store).VerifyAsync("")).FirstBroken);
    }

    [Fact]
    public async Task Commit_AfterAnAcknowledgedChangeOfAuthority_ComesBackWithItsEpochAtLeast()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => _database.Open()).ToArray();
        var acknowledged = 0L;
        await Task.WhenAll(stores.Select((store, writer) => Task.Run(async () =>
        {
            var (agent, budget) = (new TestStream($"a/acme/bot{writer}"), new TestStream($"b/acme/usd{writer}"));
            for (var round = 0; round < 100; round++)
            {
                var before = Interlocked.Read(ref acknowledged);
                var isChange = (round + writer) % 3 == 0;
                var commit = await store.CommitAsync(isChange ? [[budget.Next()], [agent.Next(changesAuthority: true)]] : [[budget.Next()]], default);
                Assert.InRange(commit.Epoch.Value, before + (isChange ? 1 : 0), long.MaxValue);
                if (isChange)
                {
                    long seen;
                    while ((seen = Interlocked.Read(ref acknowledged)) < commit.Epoch.Value)
                        Interlocked.CompareExchange(ref acknowledged, commit.Epoch.Value, seen);
                }
            }
        })));

        var changes = await _store.ReadChangesAsync(new Epoch(0));
        Assert.Equal(changes.Epoch.Value, changes.Streams.Length);
        Assert.Equal(Enumerable.Range(1, changes.Streams.Length).Select(epoch => (long)epoch), changes.Streams.Select(change => change.Epoch.Value));
    }

    [Fact]
    public async Task ReadPage_TransactionsThatCommitLateAndInAnyOrder_SkipsNothing()
    {
        var random = new Random(20261123);
        var late = new List<LateCommit>();
        var (written, read) = (new HashSet<(string, long)>(), new List<(string, long)>());
        var after = 0L;
        for (var round = 0; round < 300; round++)
        {
            var append = new TestStream($"b/acme/s{round}").Next(1 + random.Next(3));
            foreach (var entry in append.Entries)
                written.Add((entry.Stream.Value, entry.Seq));

            if (random.Next(3) == 0)
                late.Add(await BeginAsync(append));
            else
                await _store.CommitAsync([[append]], default);

            if (late.Count > 0 && (late.Count > 6 || random.Next(3) == 0))
            {
                var index = random.Next(late.Count);
                await late[index].CommitAsync();
                await late[index].DisposeAsync();
                late.RemoveAt(index);
            }

            await ReadAsync();
        }

        foreach (var transaction in late)
        {
            await transaction.CommitAsync();
            await transaction.DisposeAsync();
            await ReadAsync();
        }

        while (await ReadAsync() > 0)
        {
            // What the last of them held back.
        }

        Assert.Equal(read.Distinct(), read);
        Assert.Equal(written.Order(), read.Order());

        async Task<int> ReadAsync()
        {
            var page = await _store.ReadPageAsync(new EntryFilter(TenantId.Parse("acme")), after, 1 + random.Next(5));
            foreach (var placed in page)
            {
                Assert.InRange(placed.Position, after + 1, long.MaxValue);
                after = placed.Position;
                read.Add((placed.Entry.Stream.Value, placed.Entry.Seq));
            }

            return page.Length;
        }
    }

    [Fact]
    public async Task ReadPage_YoungerThanARunningTransaction_WaitsForItWhateverTheFilter()
    {
        await using var late = await BeginAsync(new TestStream("b/acme/late").Next());
        var (acme, usd) = (TenantId.Parse("acme"), new TestStream("b/acme/usd"));
        await _store.CommitAsync([[usd.Next(TestStream.Workload(1), 0), new TestStream("a/acme/bot").NextOf("agent.defined")]], default);
        EntryFilter[] filters = [new(), new(acme), new(acme, Workload: TestStream.Workload(1)), new(acme, AuthorityOnly: true), new(AuthorityOnly: true), new(Stream: usd.Id)];

        foreach (var filter in filters)
            Assert.Empty(await _store.ReadPageAsync(filter, 0, 10));
        await late.CommitAsync();

        List<int> counts = [];
        foreach (var filter in filters)
            counts.Add((await _store.ReadPageAsync(filter, 0, 10)).Length);
        Assert.Equal([3, 3, 1, 1, 1, 1], counts);
    }

    [Theory]
    [InlineData("DELETE FROM genops.ledger WHERE seq = 2", "its key is there, but its text is missing")]
    [InlineData("UPDATE genops.ledger SET stream = 'b/acme/eur' WHERE seq = 2", "the row is no entry: in its place is the text of b/acme/eur #2")]
    [InlineData("UPDATE genops.ledger_key SET tenant = 'globex' WHERE seq = 2", "the row is no entry: its tenant is 'globex' by its key and 'acme' by its text")]
    [InlineData("UPDATE genops.ledger_key SET authority = true WHERE seq = 2", "the row is no entry: it is of kind 'test.noted', and marked the other way")]
    public async Task Read_RowsThatDisagree_AreCorrupt(string tampering, string why)
    {
        var stream = new TestStream("b/acme/usd");
        await _store.CommitAsync([[stream.Next(3)]], default);

        await _database.ExecuteAsync($"SET session_replication_role = replica; {tampering}");

        var exception = await Assert.ThrowsAsync<LedgerCorruptException>(() => _store.FindEntryAsync(stream.Id, 2));
        Assert.Equal((stream.Id, 2L, why), (exception.Stream, exception.Seq, exception.Why));
        Assert.Equal(new BrokenLink(stream.Id, 2, why), (await new LedgerVerifier(_store).VerifyAsync("")).FirstBroken);
    }

    [Fact]
    public async Task ReadPage_TextWithoutAKey_IsCorrupt()
    {
        var stream = new TestStream("b/acme/usd");
        await _store.CommitAsync([[stream.Next(3)]], default);

        await _database.ExecuteAsync("SET session_replication_role = replica; DELETE FROM genops.ledger_key WHERE seq = 3");

        var exception = await Assert.ThrowsAsync<LedgerCorruptException>(() => _store.ReadPageAsync(new EntryFilter(), 0, 10));
        Assert.Equal((3L, "its text is there, but its key is missing"), (exception.Seq, exception.Why));
    }

    [Fact]
    public async Task Read_ConnectionsKilledWhileIdle_GoesOnWithOthers()
    {
        var stream = new TestStream("b/acme/usd");
        await _store.CommitAsync([[stream.Next()]], default);
        await _store.FindEntryAsync(stream.Id, 1);
        await _store.ProbeAsync();
        await _database.ScalarAsync<long>("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name LIKE 'genops%'");

        Assert.Equal(stream.Head, (await _store.FindEntryAsync(stream.Id, 1))!.Head);
        await _store.ProbeAsync();
        await Assert.ThrowsAsync<LedgerStoreException>(() => _store.CommitAsync([[stream.Next()]], default));
    }

    [Fact]
    public async Task Statements_OnALargeLedger_NeverScanIt()
    {
        await _database.ExecuteAsync(
            """
            INSERT INTO genops.ledger_key (stream, seq, at, position, tenant, authority, hash, workload, slot)
            SELECT 'b/acme/s' || n % 1000, 1 + n / 1000, 1795000000000000 + n, n, 'acme', false, sha256(n::text::bytea), gen_random_uuid(), 0
            FROM generate_series(0, 199999) AS n;
            INSERT INTO genops.ledger (stream, seq, at, position, tenant, kind, prev, text)
            SELECT 'b/acme/s' || n % 1000, 1 + n / 1000, 1795000000000000 + n, n, 'acme', 'test.noted', sha256(n::text::bytea), '{}'
            FROM generate_series(0, 199999) AS n;
            """);

        // As its statistics say nothing yet, and as they do.
        for (var pass = 0; pass < 2; pass++)
        {
            await using var connection = await _database.Sources.Writers.OpenConnectionAsync();
            Assert.DoesNotMatch(ScanOfTheLedger, await ExplainAsync(connection, PostgresCommitSql.CommitOne, "text, bigint, bytea, bytea, text, uuid, bigint, bigint, boolean, text, text, boolean"));
            Assert.DoesNotMatch(ScanOfTheLedger, await ExplainAsync(connection, PostgresCommitSql.CommitMany, ManyTypes));
            Assert.DoesNotMatch(ScanOfTheLedger, await ExplainAsync(connection, PostgresCommitSql.CommitAuthority, ManyTypes + ", integer[], text[]"));
            Assert.DoesNotMatch(ScanOfTheLedger, await ExplainAsync(connection, PostgresCommitSql.Explain, "text[], bigint[], text[], uuid[], bigint[]"));
            await _database.ExecuteAsync("ANALYZE genops.ledger_key; ANALYZE genops.ledger;");
        }

        var (acme, stream) = (TenantId.Parse("acme"), new StreamId("b/acme/s5"));
        await _database.Sources.DisposeAsync();
        await WaitForNoConnectionAsync();
        await _database.ScalarAsync<string>("SELECT pg_stat_reset()::text");
        await using (var sources = _database.Connect())
        {
            var store = new PostgresLedgerStore(sources, _database.Options(), TimeProvider.System);
            for (var times = 0; times < 7; times++)
            {
                Assert.Equal(190, await store.ReadStreamAsync(stream, 10).CountAsync());
                Assert.Empty(await store.ReadAuthorityAsync(stream, 0).ToListAsync());
                Assert.NotNull(await store.FindEntryAsync(stream, 77));
                Assert.Empty(await store.FindWorkloadAsync(acme, TestStream.Workload(times)));
                Assert.Equal(50, (await store.ListStreamsAsync("b/", "b/acme/s3", 50)).Length);
                Assert.Equal(5, (await store.ReadPageAsync(new EntryFilter(), 1_000, 5)).Length);
                Assert.Equal(5, (await store.ReadPageAsync(new EntryFilter(acme), 199_000, 5)).Length);
                Assert.Equal(5, (await store.ReadPageAsync(new EntryFilter(acme, stream), 100_005, 5)).Length);
                Assert.Empty(await store.ReadPageAsync(new EntryFilter(acme, AuthorityOnly: true), 0, 5));
                Assert.Empty(await store.ReadPageAsync(new EntryFilter(acme, Workload: TestStream.Workload(times)), 0, 5));
                Assert.Equal(0, (await store.ReadChangesAsync(new Epoch(0))).Epoch.Value);
                await store.CommitAsync([[new TestStream($"b/globex/a{times}").Next(TestStream.Workload(times), 0)]], default);
                await store.CommitAsync([[new TestStream($"b/globex/b{times}").Next(3)], [new TestStream($"b/globex/c{times}").Next()]], default);
                await store.CommitAsync([[new TestStream($"b/globex/d{times}").Next(changesAuthority: times < 0)]], default);
            }

            await store.DisposeAsync();
        }

        await WaitForNoConnectionAsync();
        Assert.Equal(
            "",
            await _database.ScalarAsync<string>("SELECT coalesce(string_agg(relname || ' ' || seq_scan, ', '), '') FROM pg_stat_user_tables WHERE seq_scan > 0 AND schemaname = 'genops'"));
    }

    private const string ScanOfTheLedger = @"(Seq|Bitmap Heap) Scan on genops\.ledger_(key|default|\d)";

    private const string ManyTypes =
        "integer[], text[], bigint[], bytea[], integer[], text[], uuid[], bigint[], integer[], integer[], text[], bigint[], bytea[], text[], uuid[], bigint[], bigint[], boolean[], bytea[], text[], text[]";

    private static async Task<string> ExplainAsync(NpgsqlConnection connection, string sql, string types)
    {
        var nulls = string.Join(", ", types.Split(", ").Select(_ => "NULL"));
        var plan = new StringBuilder();
        await ExecuteAsync($"PREPARE explained ({types}) AS {sql}");
        await using (var command = new NpgsqlCommand($"EXPLAIN (VERBOSE) EXECUTE explained ({nulls})", connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                plan.AppendLine(reader.GetString(0));
        }

        await ExecuteAsync("DEALLOCATE explained");
        Assert.Contains("$1", plan.ToString(), StringComparison.Ordinal); // a generic plan
        Assert.Contains("Index", plan.ToString(), StringComparison.Ordinal);
        return plan.ToString();

        async Task ExecuteAsync(string text)
        {
            await using var command = new NpgsqlCommand(text, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>Sends a batch again as long as nobody knows its outcome, as the writer of a node does.</summary>
    private static async Task<LedgerCommit> CommitAsync(PostgresLedgerStore store, IReadOnlyList<IReadOnlyList<StreamAppend>> batch)
    {
        while (true)
        {
            try
            {
                return await store.CommitAsync(batch, default);
            }
            catch (LedgerStoreException exception) when (!exception.NothingWritten)
            {
                // Two writers waited for each other.
            }
        }
    }

    private Task<long> KillWritersAsync() => _database.ScalarAsync<long>(
        $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{PostgresDataSources.WriterName}'");

    /// <summary>A connection's counts are in the statistics when it is gone.</summary>
    private async Task WaitForNoConnectionAsync()
    {
        while (await _database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'genops%'") > 0)
        {
            // It is on its way out.
        }
    }

    private async Task WaitForLockAsync()
    {
        while (await _database.ScalarAsync<long>(
            $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{PostgresDataSources.WriterName}' AND wait_event_type = 'Lock'") == 0)
        {
            // It is on its way.
        }
    }

    /// <summary>Commits an append by itself, but for the very last step.</summary>
    private async Task<LateCommit> BeginAsync(StreamAppend append) => await LateCommit.BeginAsync(await _database.ConnectAsync(), append);
}
