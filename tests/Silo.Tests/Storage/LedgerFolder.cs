using GenOps.ControlPlane.Silo.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Silo.Tests.Storage;

/// <summary>A data folder of its own for one test, deleted after it.</summary>
internal sealed class LedgerFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("genops-ledger-").FullName;

    public string DatabasePath => Path.Combine(_path, "ledger.db");

    public SqliteLedgerStore Open(int pageEntriesMax = 1_000) => new(
        Options.Create(new SqliteLedgerOptions { DatabasePath = DatabasePath, PageEntriesMax = pageEntriesMax }),
        new FakeTimeProvider(),
        NullLogger<SqliteLedgerStore>.Instance);

    /// <summary>Changes the closed database behind the ledger's back, without its triggers.</summary>
    public void Tamper(string sql)
    {
        Execute("DROP TRIGGER IF EXISTS ledger_no_update; DROP TRIGGER IF EXISTS ledger_no_delete;");
        Assert.NotEqual(0, Execute(sql));
    }

    public int Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
