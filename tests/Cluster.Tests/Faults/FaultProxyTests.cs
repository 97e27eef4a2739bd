using System.Net.Sockets;
using GenOps.ControlPlane.Faults;
using Npgsql;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>The proxy breaks what it says, and nothing else.</summary>
public sealed class FaultProxyTests
{
    [Fact]
    public async Task LoseReplies_OfOneInsert_TheRowIsThereAndNobodyWasTold()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync(cancellationToken: cancellationToken);
        await server.ExecuteAsync("postgres", "CREATE TABLE t (text text)", cancellationToken);
        await using var proxy = new FaultProxy(server.Port, speaksPostgres: true);
        await using var connection = await OpenAsync(server, proxy, cancellationToken);
        proxy.LoseReplies(1, request => PostgresWire.IsStatement(request, 200));

        Assert.Equal(0L, await CountAsync(connection, cancellationToken)); // too short to be meant
        await using var insert = new NpgsqlCommand("INSERT INTO t VALUES ($1)", connection) { Parameters = { new() { Value = new string('x', 500) } } };
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => insert.ExecuteNonQueryAsync(cancellationToken));

        await using var again = await OpenAsync(server, proxy, cancellationToken);
        Assert.Equal(1L, await CountAsync(again, cancellationToken));
        Assert.Equal(1, proxy.RepliesLost);
    }

    [Fact]
    public async Task Cut_ThenPass_ResetsAndRefusesUntilThen()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync(cancellationToken: cancellationToken);
        await using var proxy = new FaultProxy(server.Port, speaksPostgres: true);
        await using var connection = await OpenAsync(server, proxy, cancellationToken);

        proxy.Cut();
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => command.ExecuteScalarAsync(cancellationToken));
        var refused = await Assert.ThrowsAnyAsync<NpgsqlException>(() => OpenAsync(server, proxy, cancellationToken));
        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(refused.InnerException).SocketErrorCode);

        proxy.Pass();
        await using var again = await OpenAsync(server, proxy, cancellationToken);
        Assert.Equal(1, proxy.Connections);
    }

    [Fact]
    public async Task Freeze_ThenPass_TheAnswerComesAfterwards()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync(cancellationToken: cancellationToken);
        await using var proxy = new FaultProxy(server.Port, speaksPostgres: true);
        await using var connection = await OpenAsync(server, proxy, cancellationToken);

        proxy.Freeze();
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        var asked = command.ExecuteScalarAsync(cancellationToken);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked.WaitAsync(limit.Token));
        proxy.Pass();

        Assert.Equal(1, await asked);
    }

    private static async Task<NpgsqlConnection> OpenAsync(PostgresServer server, FaultProxy proxy, CancellationToken cancellationToken)
    {
        var through = new NpgsqlConnectionStringBuilder(server.ConnectionString()) { Port = proxy.Port, Pooling = false };
        var connection = new NpgsqlConnection(through.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM t", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
