using System.Runtime.CompilerServices;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using GenOps.ControlPlane.Tests.Ledger;
using Microsoft.Data.Sqlite;

namespace GenOps.ControlPlane.Silo.Tests.Storage;

public sealed class SqliteAuthorityIndexTests : IDisposable
{
    private readonly LedgerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Kinds_OfAuthority_AreAllThatAnAgentsActsHave()
    {
        var kinds = typeof(LedgerEvent).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(LedgerEvent)) && type.Namespace is "GenOps.ControlPlane.Agents" or "GenOps.ControlPlane.Authority")
            .Where(type => type.IsSubclassOf(typeof(LedgerEvent)))
            .Select(type => (LedgerEvent)RuntimeHelpers.GetUninitializedObject(type))
            .Where(content => content.ChangesAuthority)
            .Select(LedgerKinds.NameOf);

        Assert.Equal(kinds.Order(StringComparer.Ordinal), LedgerKinds.OfAuthority.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(SqliteAuthorityIndex.ByStream, "(stream, seq)")]
    [InlineData(SqliteAuthorityIndex.ByTenant, "(tenant)")]
    public void Schema_EachIndex_HasTheConditionToTheLetter(string index, string columns)
    {
        using (_folder.Open())
        {
        }

        Assert.Equal(
            $"CREATE INDEX {index} ON ledger {columns}\nWHERE {SqliteAuthorityIndex.Condition}",
            Assert.Single(Query($"SELECT sql FROM sqlite_schema WHERE name = '{index}'", 0)));
    }

    [Fact]
    public async Task Queries_OverManyOtherEntries_GoThroughTheIndexAndSortNothing()
    {
        using (var store = _folder.Open())
        {
            var stream = new TestStream("a/acme/bot");
            await store.CommitAsync([[stream.NextOf("agent.defined")], [stream.Next(count: 500)]], default);
        }

        var byTenant = $"SELECT {SqliteLedgerRow.Columns} FROM ledger {SqliteAuthorityIndex.Clause(new EntryFilter(TenantId.Parse("acme"), AuthorityOnly: true))}"
            + $"WHERE position > @after AND tenant = @tenant AND {SqliteAuthorityIndex.Condition} ORDER BY position LIMIT @count";

        Assert.Equal(
            ["SEARCH ledger USING INDEX ledger_authority_stream (stream=? AND seq>?)"],
            Query("EXPLAIN QUERY PLAN " + SqliteAuthorityIndex.StreamQuery, 3));
        Assert.Equal(
            ["SEARCH ledger USING INDEX ledger_authority_tenant (tenant=? AND rowid>?)"],
            Query("EXPLAIN QUERY PLAN " + byTenant, 3));
    }

    private List<string> Query(string sql, int column)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in new (string, object)[] { ("@stream", "a/acme/bot"), ("@tenant", "acme"), ("@after", 0L), ("@count", 10) })
            command.Parameters.AddWithValue(name, value);

        List<string> found = [];
        using var reader = command.ExecuteReader();
        while (reader.Read())
            found.Add(reader.GetString(column));

        return found;
    }
}
