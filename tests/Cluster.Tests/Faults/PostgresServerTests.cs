using System.Globalization;
using GenOps.ControlPlane.Faults;
using Npgsql;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>The harness's own PostgreSQL server: what it promises to the tests that break it.</summary>
public sealed class PostgresServerTests
{
    [Fact]
    public async Task Kill_AfterACommit_TheRowIsThereAfterTheRestart()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync(cancellationToken: cancellationToken);
        var database = await server.CreateDatabaseAsync("genops", cancellationToken);
        await ExecuteAsync(database.Migration, "CREATE SCHEMA genops; CREATE TABLE genops.t (n int); INSERT INTO genops.t VALUES (7)", cancellationToken);

        await server.KillAsync(cancellationToken);
        Assert.False(server.IsRunning);
        await server.StartAsync(cancellationToken);

        Assert.Equal("7", await ScalarAsync(database.Migration, "SELECT n FROM genops.t", cancellationToken));
        Assert.Equal(("on", "200", "127.0.0.1"), (
            await ScalarAsync(database.Superuser, "SHOW fsync", cancellationToken),
            await ScalarAsync(database.Superuser, "SHOW max_connections", cancellationToken),
            await ScalarAsync(database.Superuser, "SHOW listen_addresses", cancellationToken)));
    }

    [Fact]
    public async Task CreateDatabase_RuntimeRole_IsInTheGroupAndOwnsNothing()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync(cancellationToken: cancellationToken);
        var database = await server.CreateDatabaseAsync("one", cancellationToken);
        await server.CreateDatabaseAsync("two", cancellationToken);

        Assert.Equal("True", await ScalarAsync(database.Runtime, $"SELECT pg_has_role('{PostgresServer.RuntimeGroup}', 'member')", cancellationToken));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(database.Runtime, "CREATE SCHEMA other", cancellationToken));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task TerminateBackends_OfOneRole_CutsItsConnectionsOnly()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync(cancellationToken: cancellationToken);
        var database = await server.CreateDatabaseAsync("genops", cancellationToken);
        await using var owner = await OpenAsync(database.Migration, cancellationToken);
        await using var runtime = await OpenAsync(database.Runtime, cancellationToken);

        Assert.Equal(1, await server.TerminateBackendsAsync("genops", PostgresServer.RuntimeName, cancellationToken));

        await using var cut = new NpgsqlCommand("SELECT 1", runtime);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => cut.ExecuteScalarAsync(cancellationToken));
        await using var kept = new NpgsqlCommand("SELECT 1", owner);
        Assert.Equal(1, await kept.ExecuteScalarAsync(cancellationToken));
    }

    [Fact]
    public async Task Freeze_ThenContinue_TheConnectionIsStillThere()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync(cancellationToken: cancellationToken);
        await using var connection = await OpenAsync(server.ConnectionString(), cancellationToken);

        server.Freeze();
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        var asked = command.ExecuteScalarAsync(cancellationToken);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked.WaitAsync(limit.Token));
        server.Continue();

        Assert.Equal(1, await asked);
    }

    [Fact]
    public async Task Fill_OfASmallDisk_RefusesWritesUntilItIsEmptied()
    {
        Assert.SkipWhen(SmallDisk.Unavailable is not null, SmallDisk.Unavailable ?? "");
        var cancellationToken = TestContext.Current.CancellationToken;
        PostgresServer server;
        try
        {
            server = await PostgresServer.StartNewAsync(new PostgresServerOptions { DiskMiB = 256 }, cancellationToken);
        }
        catch (MissingToolException missing)
        {
            Assert.Skip(missing.Message);
            throw;
        }

        await using (server)
        {
            await ExecuteAsync(server.ConnectionString(), "CREATE TABLE t (text text)", cancellationToken);
            await server.Disk.FillAsync(0, cancellationToken);
            const string Insert = "INSERT INTO t SELECT repeat(md5(n::text), 30) FROM generate_series(1, 20000) n";
            var full = await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(server.ConnectionString(), Insert, cancellationToken));
            server.Disk.Empty();
            if (!server.IsRunning)
                await server.StartAsync(cancellationToken); // the log's own file could not grow: PostgreSQL gives up then

            await Poll.UntilAsync(
                async () =>
                {
                    try
                    {
                        return await ScalarAsync(server.ConnectionString(), "SELECT count(*) FROM t", cancellationToken) == "0";
                    }
                    catch (NpgsqlException)
                    {
                        return false; // it recovers
                    }
                },
                TimeSpan.FromSeconds(30), () => $"{full.Message}; {server.LogTail}", cancellationToken);
            await ExecuteAsync(server.ConnectionString(), Insert, cancellationToken);
        }
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private static async Task ExecuteAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(connectionString, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<string?> ScalarAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(connectionString, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }
}
