using Microsoft.Data.Sqlite;

namespace GenOps.ControlPlane.Silo.Tests.EndToEnd;

/// <summary>Somebody with the file in his hands, while the node is down.</summary>
[Collection(ProcessTests.Name)]
public sealed class TamperedEvidenceTests
{
    private const string Stream = "b/acme/usd";
    private const int Middle = 7;

    [Fact]
    public async Task Verify_OneByteFlippedInAMiddleEntry_NamesIt()
    {
        var (verified, broken) = await VerifyAfterAsync(connection =>
        {
            using var read = Command(connection, "SELECT CAST(text AS BLOB) FROM ledger WHERE stream = @stream AND seq = @seq");
            var text = (byte[])read.ExecuteScalar()!;
            text[text.Length / 2] ^= 1;
            using var write = Command(connection, "UPDATE ledger SET text = CAST(@text AS TEXT) WHERE stream = @stream AND seq = @seq");
            write.Parameters.AddWithValue("@text", text);
            Assert.Equal(1, write.ExecuteNonQuery());
        });

        Assert.False(verified);
        Assert.Equal((Stream, Middle, "its text is not what was hashed"), broken);
    }

    [Fact]
    public async Task Verify_OneMiddleEntryDeleted_NamesIt()
    {
        var (verified, broken) = await VerifyAfterAsync(connection =>
        {
            using var delete = Command(connection, "DELETE FROM ledger WHERE stream = @stream AND seq = @seq");
            Assert.Equal(1, delete.ExecuteNonQuery());
        });

        Assert.False(verified);
        Assert.Equal((Stream, Middle, "the entry is missing"), broken);
    }

    private static async Task<(bool Verified, (string Stream, int Seq, string Why) Broken)> VerifyAfterAsync(Action<SqliteConnection> tamper)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var started = new StartedNode();
        await started.InitializeAsync();
        var node = started.Node;
        await started.PrepareAsync("acme", "100", cancellationToken);
        for (var call = 0; call < 2 * Middle; call++)
            await node.DoAsync("POST", "/v1/tenants/acme/workloads", Body(), cancellationToken);
        var before = (await node.DoAsync("GET", "/v1/tenants/acme/evidence/verify", null, cancellationToken)).Json;
        Assert.True(before.GetProperty("verified").GetBoolean(), before.GetRawText());
        Assert.Equal(0, await node.StopAsync());

        await using (var connection = new SqliteConnection($"Data Source={node.LedgerPath};Pooling=False"))
        {
            connection.Open();
            using (var drop = Command(connection, "DROP TRIGGER ledger_no_update; DROP TRIGGER ledger_no_delete"))
                drop.ExecuteNonQuery();
            tamper(connection);
        }

        await node.StartReadyAsync(cancellationToken);
        var after = (await node.DoAsync("GET", "/v1/tenants/acme/evidence/verify", null, cancellationToken)).Json;
        var broken = after.GetProperty("firstBroken");
        return (
            after.GetProperty("verified").GetBoolean(),
            (broken.GetProperty("stream").GetString()!, broken.GetProperty("seq").GetInt32(), broken.GetProperty("why").GetString()!));

        string Body() => System.Text.Json.JsonSerializer.Serialize(Cluster.TestNode.Request("bot", "1"), Json.GenOpsJson.Canonical);
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("@stream", Stream);
        command.Parameters.AddWithValue("@seq", Middle);
        return command;
    }
}
