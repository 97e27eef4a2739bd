using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using GenOps.ControlPlane.Tests.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GenOps.ControlPlane.Cluster.Tests.Storage;

/// <summary>What becomes of the ledger when the server's history branches, its standby stalls, or its host vanishes.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(30);

    private readonly List<IAsyncDisposable> _opened = [];
    private PostgresServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartNewAsync();
        await _server.ExecuteAsync("postgres", "CREATE DATABASE genops");
        var options = new PostgresOptions { ConnectionString = _server.ConnectionString("genops") };
        await using var sources = new PostgresDataSources(Options.Create(options));
        await new PostgresSchema(sources, Options.Create(options), NullLogger<PostgresSchema>.Instance).ApplyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        for (var index = _opened.Count - 1; index >= 0; index--)
            await _opened[index].DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Commit_ServerWasPromoted_BeginsAnIncarnationAboveAllThatMayBeLost()
    {
        var store = Open();
        var (tenant, budget) = (new TestStream("t/acme"), new TestStream("b/acme/usd"));
        await store.CommitAsync([[tenant.Next(changesAuthority: true)], [budget.Next()]], default);
        var before = await store.ReadChangesAsync(new Epoch(0));
        var places = await store.ReadPageAsync(new EntryFilter(), 0, 10);

        await PromoteAsync();
        var commit = await CommitAsync(store, tenant.Next(changesAuthority: true));

        var after = await store.ReadChangesAsync(before.Epoch);
        Assert.Equal(AppendOutcome.Accepted, commit.Outcomes[0]);
        Assert.NotEqual(before.Incarnation, after.Incarnation);
        Assert.True(after.Epoch.Value > before.Epoch.Value + 1_000_000_000);
        Assert.Equal(after.Epoch, commit.Epoch);
        Assert.True((await store.ReadPageAsync(new EntryFilter(), places[^1].Position, 10))[0].Position - places[^1].Position > 1L << 44);
    }

    [Fact]
    public async Task ReadChanges_ServerWasPromotedAndNothingIsWritten_FindsTheNewIncarnationOnce()
    {
        var store = Open();
        var before = await store.ReadChangesAsync(new Epoch(0));

        await PromoteAsync();
        var first = await ReadChangesAsync(Open());
        var second = await ReadChangesAsync(Open());

        Assert.NotEqual(before.Incarnation, first.Incarnation);
        Assert.Equal((first.Incarnation, first.Epoch), (second.Incarnation, second.Epoch));
    }

    [Fact]
    public async Task Commit_ServersDiskWasPutBackInPlace_BeginsAnIncarnationAboveAllThatIsLost()
    {
        var store = Open();
        var stream = new TestStream("t/acme");
        await store.CommitAsync([[stream.Next(changesAuthority: true)]], default);
        var copy = Path.Combine(Path.GetDirectoryName(_server.DataFolder)!, "snapshot");
        await _server.StopAsync(cancellationToken: TestContext.Current.CancellationToken);
        await Command.RunAsync("cp", ["-a", _server.DataFolder, copy], TestContext.Current.CancellationToken);
        await _server.StartAsync(TestContext.Current.CancellationToken);
        var atCopy = stream.Fork();
        await CommitAsync(store, stream.Next(changesAuthority: true));
        var lost = await store.ReadChangesAsync(new Epoch(0));

        // The same files, the same timeline, transactions counted from the same number: only its start is another.
        await _server.KillAsync(TestContext.Current.CancellationToken);
        await Command.RunAsync("rm", ["-rf", _server.DataFolder], TestContext.Current.CancellationToken);
        await Command.RunAsync("mv", [copy, _server.DataFolder], TestContext.Current.CancellationToken);
        await _server.StartAsync(TestContext.Current.CancellationToken);
        var commit = await CommitAsync(store, atCopy.Next(changesAuthority: true));

        var found = await store.ReadChangesAsync(lost.Epoch);
        Assert.Equal(AppendOutcome.Accepted, commit.Outcomes[0]);
        Assert.NotEqual(lost.Incarnation, found.Incarnation);
        Assert.True(commit.Epoch > lost.Epoch);
        Assert.Equal(commit.Epoch, found.Epoch);
        Assert.Contains((new StreamId("t/acme"), commit.Epoch), found.Streams);
    }

    [Fact]
    public async Task Commit_ServerStartedAgain_BeginsAnIncarnationOnce()
    {
        var store = Open();
        var stream = new TestStream("t/acme");
        var before = await store.ReadChangesAsync(new Epoch(0));

        await _server.KillAsync(TestContext.Current.CancellationToken);
        await _server.StartAsync(TestContext.Current.CancellationToken);
        var first = await CommitAsync(store, stream.Next(changesAuthority: true));
        var second = await CommitAsync(Open(), stream.Next(changesAuthority: true));

        Assert.True(first.Epoch.Value > before.Epoch.Value + 1_000_000_000);
        Assert.Equal(new Epoch(first.Epoch.Value + 1), second.Epoch);
        Assert.NotEqual(before.Incarnation, first.Incarnation);
        Assert.Equal(first.Incarnation, second.Incarnation);
    }

    [Fact]
    public async Task Commit_GivenUpWhileTheStandbyStalls_StaysUnseenUntilTheStandbyHasIt()
    {
        var store = Open();
        var stream = new TestStream("t/acme");
        await store.CommitAsync([[stream.Next()]], default);
        await StallAsync("nobody");

        using var giveUp = new CancellationTokenSource();
        var commit = store.CommitAsync([[stream.Next(changesAuthority: true)]], giveUp.Token);
        await UntilAsync("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')");
        await giveUp.CancelAsync();
        var meanwhile = await Assert.ThrowsAsync<TimeoutException>(() => commit.WaitAsync(TimeSpan.FromSeconds(3), TimeProvider.System));

        Assert.NotNull(meanwhile);
        Assert.Equal(1L, await ScalarAsync<long>("SELECT count(*) FROM genops.ledger_key"));
        await StallAsync("");
        Assert.Equal(AppendOutcome.Accepted, (await commit.WaitAsync(AnswerMax, TimeProvider.System)).Outcomes[0]);
        Assert.Equal(2L, await ScalarAsync<long>("SELECT count(*) FROM genops.ledger_key"));
    }

    [Fact]
    public async Task Commit_SomebodyEndsTheWaitForTheStandby_IsNotAcknowledgedBeforeTheStandbyHasIt()
    {
        var store = Open();
        var append = new TestStream("b/acme/usd").Next();
        await StallAsync("nobody");

        var commit = store.CommitAsync([[append]], default);
        await UntilAsync("SELECT coalesce(bool_or(pg_cancel_backend(pid)), false) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        var unknown = await Assert.ThrowsAsync<LedgerStoreException>(() => commit.WaitAsync(AnswerMax, TimeProvider.System));
        var again = store.CommitAsync([[append]], default);
        await UntilAsync("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')");

        Assert.False(unknown.NothingWritten);
        Assert.StartsWith("a commit does not wait for the standby any more: ", unknown.Message);
        Assert.False(again.IsCompleted);
        await StallAsync("");
        Assert.Equal(AppendOutcome.Accepted, (await again.WaitAsync(AnswerMax, TimeProvider.System)).Outcomes[0]);
    }

    [Fact]
    public async Task Commit_HostVanishedUnderWay_FreesItsConnectionOnceTheServerIsThereAgain()
    {
        await using var proxy = new FaultProxy(_server.Port, speaksPostgres: true);
        var store = Open(options =>
        {
            options.ConnectionString = new NpgsqlConnectionStringBuilder(options.ConnectionString) { Host = $"127.0.0.1:{proxy.Port},127.0.0.1:{_server.Port}" }.ToString();
            options.WriteConnections = 1;
            options.ConnectTimeout = TimeSpan.FromSeconds(1);
        });
        var stream = new TestStream("b/acme/usd");
        await store.CommitAsync([[stream.Next()]], default);

        proxy.Freeze();
        using var giveUp = new CancellationTokenSource();
        var lost = store.CommitAsync([[stream.Fork().Next()]], giveUp.Token);
        await giveUp.CancelAsync();
        await _server.TerminateBackendsAsync("genops", cancellationToken: TestContext.Current.CancellationToken);
        var unknown = await Assert.ThrowsAsync<LedgerStoreException>(() => lost.WaitAsync(AnswerMax, TimeProvider.System));
        var commit = await CommitAsync(store, stream.Next());

        Assert.False(unknown.NothingWritten);
        Assert.Equal(AppendOutcome.Accepted, commit.Outcomes[0]);
    }

    private PostgresLedgerStore Open(Action<PostgresOptions>? configure = null)
    {
        var options = new PostgresOptions { ConnectionString = _server.ConnectionString("genops") };
        configure?.Invoke(options);
        var sources = new PostgresDataSources(Options.Create(options));
        _opened.Add(sources);
        var store = new PostgresLedgerStore(sources, Options.Create(options), TimeProvider.System);
        _opened.Add(store);
        return store;
    }

    // As a standby that had followed it up to here would be.
    private async Task PromoteAsync()
    {
        await _server.StopAsync(cancellationToken: TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_server.DataFolder, "standby.signal"), "", TestContext.Current.CancellationToken);
        await _server.StartAsync(TestContext.Current.CancellationToken);
        await _server.ExecuteAsync("postgres", "SELECT pg_promote()", TestContext.Current.CancellationToken);
    }

    private async Task StallAsync(string standby)
    {
        await _server.ExecuteAsync("postgres", $"ALTER SYSTEM SET synchronous_standby_names = '{standby}'", TestContext.Current.CancellationToken);
        await _server.ExecuteAsync("postgres", "SELECT pg_reload_conf()", TestContext.Current.CancellationToken);
        await UntilAsync($"SELECT current_setting('synchronous_standby_names') = '{standby}'");
    }

    // As the writer does it: the same again while nobody knows.
    private static async Task<LedgerCommit> CommitAsync(PostgresLedgerStore store, StreamAppend append)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await store.CommitAsync([[append]], default).WaitAsync(AnswerMax, TimeProvider.System);
            }
            catch (LedgerStoreException exception) when (!exception.NothingWritten && attempt < 5)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(exception.Message);
            }
        }
    }

    private static async Task<AuthorityChanges> ReadChangesAsync(PostgresLedgerStore store) => await store.ReadChangesAsync(new Epoch(0));

    private Task UntilAsync(string condition) =>
        Poll.UntilAsync(() => ScalarAsync<bool>(condition), AnswerMax, () => $"never true: {condition}", TestContext.Current.CancellationToken);

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(_server.ConnectionString("genops") + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
