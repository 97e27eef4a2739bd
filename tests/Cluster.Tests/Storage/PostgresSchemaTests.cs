using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using GenOps.ControlPlane.Tests.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace GenOps.ControlPlane.Cluster.Tests.Storage;

[Collection(PostgresCollection.Name)]
public sealed class PostgresSchemaTests(PostgresFixture server)
{
    private static readonly string[] RefusedToANode =
    [
        "UPDATE genops.ledger_key SET tenant = 'x'", "DELETE FROM genops.ledger_key", "TRUNCATE genops.ledger_key",
        "UPDATE genops.ledger SET text = 'x'", "DELETE FROM genops.ledger", "TRUNCATE genops.ledger",
        "DELETE FROM genops.ledger_default", "INSERT INTO genops.ledger_default SELECT * FROM genops.ledger",
        "UPDATE genops.authority_change SET epoch = 9", "DELETE FROM genops.authority_change", "TRUNCATE genops.authority_change",
        "UPDATE genops.ledger_identity SET position_base = 9", "DELETE FROM genops.ledger_identity",
        "DELETE FROM genops.schema_version", "INSERT INTO genops.schema_version (version, name) VALUES (99, 'x')",
        "CREATE TABLE genops.mine (id integer)", "DROP TABLE genops.ledger", "ALTER TABLE genops.ledger DISABLE TRIGGER insert_only",
        "DROP TRIGGER insert_only ON genops.ledger_key", "SELECT genops.adopt_restored_ledger()",
    ];

    [Fact]
    public async Task Apply_SeveralNodesAtOnce_OneAppliesAndTheOthersFindNothingToDo()
    {
        await using var database = await server.CreateAsync(migrate: false);

        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => database.Schema(database.Connect()).ApplyAsync())));

        var known = database.Schema().KnownVersion;
        Assert.Equal([0, .. Enumerable.Repeat(known, 7)], versions.Order());
        Assert.Equal(known, await database.ScalarAsync<long>("SELECT count(*) FROM genops.schema_version"));
        await database.Schema().CheckAsync();
    }

    [Fact]
    public async Task Apply_NewerSchema_IsRefusedAndSaysWhatToDo()
    {
        await using var database = await server.CreateAsync();
        var known = database.Schema().KnownVersion;
        await database.ExecuteAsync($"INSERT INTO genops.schema_version (version, name) VALUES ({known + 1}, 'later')");

        var exception = await Assert.ThrowsAsync<PostgresSchemaNewerException>(() => database.Schema().ApplyAsync());

        Assert.Equal((known + 1, known), (exception.FoundVersion, exception.KnownVersion));
        Assert.Contains("Start the newer program again", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PostgresSchemaNewerException>(() => database.Schema().CheckAsync());
    }

    [Fact]
    public async Task Apply_SchemaOfSomethingElse_IsRefusedAndUnchanged()
    {
        await using var database = await server.CreateAsync(migrate: false);
        await database.ExecuteAsync("CREATE SCHEMA genops; CREATE TABLE genops.songs (title text)");

        var exception = await Assert.ThrowsAsync<PostgresSchemaForeignException>(() => database.Schema().ApplyAsync());

        Assert.Equal("it has 1 tables and indexes but no table schema_version", exception.Evidence);
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'genops'"));
    }

    [Fact]
    public async Task Apply_StepOfAnotherName_IsRefused()
    {
        await using var database = await server.CreateAsync();
        await database.ExecuteAsync("UPDATE genops.schema_version SET name = '001_songs' WHERE version = 1");

        var exception = await Assert.ThrowsAsync<PostgresSchemaForeignException>(() => database.Schema().ApplyAsync());

        Assert.Equal("its version 1 is '001_songs' instead of '001_ledger'", exception.Evidence);
    }

    [Fact]
    public async Task Apply_FailingStep_LeavesTheDatabaseAsItWas()
    {
        await using var database = await server.CreateAsync(migrate: false);
        var schema = new PostgresSchema(
            database.Sources, database.Options(), NullLogger<PostgresSchema>.Instance,
            [.. SchemaMigration.ReadEmbedded("Postgres"), new SchemaMigration(99, "099_broken", "SELECT 1 / 0")]);

        var exception = await Assert.ThrowsAsync<PostgresException>(() => schema.ApplyAsync());

        Assert.Equal(PostgresErrorCodes.DivisionByZero, exception.SqlState);
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'genops'"));
    }

    [Fact]
    public async Task Apply_AnotherNodeAtItForTooLong_SaysSo()
    {
        await using var database = await server.CreateAsync(migrate: false, options => options.MigrationTimeout = TimeSpan.FromSeconds(1));
        await using var other = await database.ConnectAsync();
        await using (var hold = new NpgsqlCommand("SELECT pg_advisory_lock(7381222183794573312)", other))
            await hold.ExecuteNonQueryAsync();

        var exception = await Assert.ThrowsAsync<PostgresSchemaBusyException>(() => database.Schema().ApplyAsync());

        Assert.Contains("for 1 s", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_ByARoleThatMayNot_SaysWhichOneCould()
    {
        await using var database = await server.CreateAsync(migrate: false);
        var role = await server.CreateRoleAsync(database);

        var exception = await Assert.ThrowsAsync<PostgresSchemaRightsException>(
            () => database.Schema(database.Connect(options => options.ConnectionString = server.ConnectionString(database.Name, role))).ApplyAsync());

        Assert.Contains($"Role '{role}' may not change the schema", exception.Message, StringComparison.Ordinal);
        Assert.Contains("GenOps:Postgres:MigrationConnectionString", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_NoSchema_SaysToMigrate()
    {
        await using var database = await server.CreateAsync(migrate: false);

        var exception = await Assert.ThrowsAsync<PostgresSchemaOlderException>(() => database.Schema().CheckAsync());

        Assert.Equal((0, database.Schema().KnownVersion), (exception.FoundVersion, exception.KnownVersion));
        Assert.Contains("'migrate'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_SynchronousCommitOff_IsRefusedWithTheRemedy()
    {
        await using var database = await server.CreateAsync(migrate: false);
        await database.ExecuteAsync($"ALTER DATABASE {database.Name} SET synchronous_commit = off");

        var exception = await Assert.ThrowsAsync<PostgresServerRefusedException>(() => database.Schema().ApplyAsync());

        Assert.Contains("SET synchronous_commit = on", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PostgresServerRefusedException>(() => database.Schema().CheckAsync());
    }

    [Fact]
    public async Task Commit_SynchronousCommitSwitchedOffLater_IsRefusedOnNewConnections()
    {
        await using var database = await server.CreateAsync();
        await database.ExecuteAsync($"ALTER DATABASE {database.Name} SET synchronous_commit = off");

        var exception = await Assert.ThrowsAsync<LedgerStoreException>(() => database.Open().CommitAsync([[new TestStream("b/acme/usd").Next()]], default));

        Assert.True(exception.NothingWritten);
    }

    [Fact]
    public async Task Apply_FsyncOff_IsRefusedWithTheRemedy()
    {
        await using var database = await server.CreateAsync(migrate: false);
        await SetFsyncAsync(database, "off");
        try
        {
            var exception = await Assert.ThrowsAsync<PostgresServerRefusedException>(() => database.Schema().ApplyAsync());

            Assert.Contains("ALTER SYSTEM SET fsync = on", exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            await SetFsyncAsync(database, "on");
        }
    }

    [Fact]
    public async Task Node_WithItsOwnRole_CanDoItsWorkAndNothingElse()
    {
        await using var database = await server.CreateAsync();
        var role = await server.CreateRoleAsync(database);
        await database.ExecuteAsync($"GRANT genops_runtime TO {role}");
        Action<PostgresOptions> asNode = options =>
        {
            options.ConnectionString = server.ConnectionString(database.Name, role);
            options.MigrationConnectionString = server.ConnectionString(database.Name);
        };
        var sources = database.Connect(asNode);
        var stream = new TestStream("a/acme/bot");

        await database.Schema(sources).ApplyAsync();
        await database.Schema(sources).CheckAsync();
        var store = database.Open(further: asNode);
        var commit = await store.CommitAsync([[stream.Next(changesAuthority: true)], [stream.Next(TestStream.Workload(1), 0)]], default);
        Assert.Equal([AppendOutcome.Accepted, AppendOutcome.Accepted], commit.Outcomes);
        Assert.Equal(2, (await store.ReadPageAsync(new EntryFilter(), 0, 10)).Length);
        Assert.Single((await store.ReadChangesAsync(new Epoch(0))).Streams);
        Assert.True(await Partitions(database, sources).MakeAsync(default));

        await using var connection = await database.ConnectAsync(role);
        foreach (var sql in RefusedToANode)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            var exception = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
            Assert.True(exception.SqlState == PostgresErrorCodes.InsufficientPrivilege, $"{sql}: {exception.MessageText}");
        }

        Assert.Equal(2, (await store.ReadPageAsync(new EntryFilter(), 0, 10)).Length);
    }

    [Theory]
    [InlineData("UPDATE genops.ledger_key SET tenant = 'x'")]
    [InlineData("DELETE FROM genops.ledger_key")]
    [InlineData("TRUNCATE genops.ledger_key")]
    [InlineData("UPDATE genops.ledger SET text = 'x'")]
    [InlineData("DELETE FROM genops.ledger")]
    [InlineData("TRUNCATE genops.ledger")]
    [InlineData("DELETE FROM genops.ledger_default")]
    [InlineData("DELETE FROM genops.{0}")]
    [InlineData("TRUNCATE genops.{0}")]
    [InlineData("DELETE FROM genops.authority_change")]
    [InlineData("DELETE FROM genops.ledger_identity")]
    public async Task Ledger_ChangedByItsOwner_Refuses(string sql)
    {
        await using var database = await server.CreateAsync();
        var partition = await database.ScalarAsync<string>("SELECT 'ledger_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')");

        var exception = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(sql.Replace("{0}", partition, StringComparison.Ordinal)));

        Assert.Equal(PostgresErrorCodes.RestrictViolation, exception.SqlState);
    }

    [Fact]
    public async Task MakePartitions_DefaultHoldsAFewOfTheMonth_MovesThemAlong()
    {
        await using var database = await server.CreateAsync();
        await AddStraysAsync(database, months: 5, count: 3);
        Assert.Equal(3L, await database.ScalarAsync<long>("SELECT count(*) FROM ONLY genops.ledger_default"));

        var made = await database.ScalarAsync<string>("SELECT genops.make_partitions(5)::text");

        Assert.Equal("(2,0,f)", made);
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM ONLY genops.ledger_default"));
        Assert.Equal(3, (await database.Open().ReadStreamAsync(new StreamId("b/acme/far"), 0).ToListAsync()).Count);
        Assert.Equal("(0,0,f)", await database.ScalarAsync<string>("SELECT genops.make_partitions(5)::text"));
    }

    [Fact]
    public async Task MakePartitions_DefaultHoldsManyOfTheMonth_LeavesThemWhereTheyAreFound()
    {
        await using var database = await server.CreateAsync();
        await AddStraysAsync(database, months: 4, count: 10_001);

        Assert.Equal("(1,1,t)", await database.ScalarAsync<string>("SELECT genops.make_partitions(5)::text"));

        var store = database.Open();
        Assert.Equal(10_001, await store.ReadStreamAsync(new StreamId("b/acme/far"), 0).CountAsync());
        var (seq, previous) = (10_001L, new EntryHash(await database.ScalarAsync<byte[]>("SELECT hash FROM genops.ledger_key WHERE seq = 10001")));
        var next = new TestStream("b/acme/far", new LedgerHead(seq, previous));
        Assert.Equal([AppendOutcome.Accepted], (await store.CommitAsync([[next.Next()]], default)).Outcomes);
    }

    [Fact]
    public async Task MakePartitions_LongReaderOfTheDefault_GivesUpAndDoesNotHoldUpCommits()
    {
        await using var database = await server.CreateAsync();
        await using var reader = await database.ConnectAsync();
        await using (var open = new NpgsqlCommand("BEGIN; SELECT count(*) FROM genops.ledger", reader))
            await open.ExecuteNonQueryAsync();

        var making = database.ScalarAsync<string>("SELECT genops.make_partitions(9)::text");
        var commit = await database.Open().CommitAsync([[new TestStream("b/acme/usd").Next()]], default);

        Assert.Equal([AppendOutcome.Accepted], commit.Outcomes);
        Assert.Equal(PostgresErrorCodes.LockNotAvailable, (await Assert.ThrowsAsync<PostgresException>(() => making)).SqlState);
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation WHERE c.relname = 'ledger_default' AND NOT l.granted"));
    }

    [Fact]
    public async Task Make_NoRightTo_FailsAndSaysWhenItTriesAgain()
    {
        await using var database = await server.CreateAsync();
        var role = await server.CreateRoleAsync(database);

        var made = await Partitions(database, database.Connect(options => options.ConnectionString = server.ConnectionString(database.Name, role))).MakeAsync(default);

        Assert.False(made);
    }

    [Fact]
    public async Task Restore_DumpIntoAnotherDatabase_IsRefusedUntilAdoptedAndThenGoesOnAbove()
    {
        await using var database = await server.CreateAsync();
        var stream = new TestStream("a/acme/bot");
        await using var store = database.Open();
        await store.CommitAsync([[stream.Next(3, changesAuthority: true)], [new TestStream("b/acme/usd").Next(TestStream.Workload(1), 0)]], default);
        var before = await store.ReadChangesAsync(new Epoch(0));
        await using var restored = await server.CreateAsync(migrate: false);
        await server.CopyAsync(database.Name, restored.Name);

        await Assert.ThrowsAsync<PostgresLedgerRestoredException>(() => restored.Schema().CheckAsync());
        await restored.Schema().ApplyAsync();
        await restored.Schema().CheckAsync();

        var again = restored.Open();
        var changes = await again.ReadChangesAsync(new Epoch(0));
        Assert.NotEqual(before.Incarnation, changes.Incarnation);

        // Microseconds of the server's clock: above all that was, and another one at each restore.
        var leapt = changes.Streams[1].Epoch;
        Assert.Equal([before.Streams.Single(), (new StreamId("t/*"), leapt)], changes.Streams);
        Assert.InRange(leapt.Value, DateTimeOffset.UnixEpoch.AddYears(50).ToUnixTimeMilliseconds() * 1_000, DateTimeOffset.UnixEpoch.AddYears(200).ToUnixTimeMilliseconds() * 1_000);
        var commit = await again.CommitAsync([[stream.Next(changesAuthority: true)]], default);
        Assert.Equal((AppendOutcome.Accepted, new Epoch(leapt.Value + 1), changes.Incarnation), (commit.Outcomes[0], commit.Epoch, commit.Incarnation));
        var page = await again.ReadPageAsync(new EntryFilter(), 0, 10);
        Assert.Equal([("a/acme/bot", 1L), ("a/acme/bot", 2), ("a/acme/bot", 3), ("b/acme/usd", 1), ("a/acme/bot", 4)], page.Select(placed => (placed.Entry.Stream.Value, placed.Entry.Seq)));
        Assert.Null((await new LedgerVerifier(again).VerifyAsync("")).FirstBroken);
        await Assert.ThrowsAsync<PostgresException>(() => restored.ExecuteAsync("DELETE FROM genops.ledger"));
    }

    [Fact]
    public async Task Restore_ServerThatCountsFromBelow_PlacesNewEntriesAboveAllOldOnes()
    {
        await using var database = await server.CreateAsync();
        await AddStraysAsync(database, months: 0, count: 2, transactionsAhead: 1_000_000);
        var store = database.Open();
        Assert.Empty(await store.ReadPageAsync(new EntryFilter(), 0, 10));

        var refusal = await Assert.ThrowsAsync<PostgresLedgerRestoredException>(() => database.Schema().CheckAsync());
        await database.Schema().ApplyAsync();
        await store.CommitAsync([[new TestStream("b/acme/usd").Next()]], default);

        Assert.Equal("its newest entries lie above the places that this server gives to new ones", refusal.Evidence);
        Assert.Equal(["far 1", "far 2", "usd 1"], (await store.ReadPageAsync(new EntryFilter(), 0, 10)).Select(placed => $"{placed.Entry.Stream.Name} {placed.Entry.Seq}"));
        await database.Schema().CheckAsync();
    }

    /// <summary>Entries of one stream, dated months ahead, as a node whose clock is wrong would add them.</summary>
    private static Task AddStraysAsync(PostgresDatabase database, int months, int count, long transactionsAhead = 0) =>
        database.ExecuteAsync(
            $"""
             WITH entry AS
             (
                 SELECT n AS seq, ((pg_current_xact_id()::text::bigint + {transactionsAhead}) << 17) + n AS position,
                        (extract(epoch FROM date_trunc('month', now() AT TIME ZONE 'UTC') + interval '{months} months 3 days')::bigint * 1000000) + n AS at,
                        sha256(n::text::bytea) AS hash, CASE n WHEN 1 THEN decode(repeat('00', 32), 'hex') ELSE sha256((n - 1)::text::bytea) END AS prev
                 FROM generate_series(1, {count}) AS n
             ),
             keys AS
             (
                 INSERT INTO genops.ledger_key (stream, seq, at, position, tenant, authority, hash)
                 SELECT 'b/acme/far', seq, at, position, 'acme', false, hash FROM entry
             )
             INSERT INTO genops.ledger (stream, seq, at, position, tenant, kind, prev, text)
             SELECT 'b/acme/far', seq, at, position, 'acme', 'test.noted', prev, '' FROM entry
             """);

    private static PostgresPartitions Partitions(PostgresDatabase database, PostgresDataSources sources) =>
        new(sources, database.Options(), TimeProvider.System, NullLogger<PostgresPartitions>.Instance);

    private static async Task SetFsyncAsync(PostgresDatabase database, string value)
    {
        await database.ExecuteAsync($"ALTER SYSTEM SET fsync = {value}");
        await database.ExecuteAsync("SELECT pg_reload_conf()");
        while (await database.ScalarAsync<string>("SHOW fsync") != value)
        {
            // The server takes it in a moment.
        }
    }
}
