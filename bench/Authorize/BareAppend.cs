using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace GenOps.ControlPlane.Bench.Authorize;

/// <summary>
/// The least that a durable row costs: one prepared insert in a transaction of its own, into a table without any index
/// beside its rows, with the ledger's settings, and nothing around it.
/// </summary>
internal sealed class BareAppend : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _commit;
    private readonly byte[] _workload;
    private long _seq;

    public BareAppend(string path, LedgerRow row)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        using (var command = _connection.CreateCommand())
        {
            command.CommandText =
                """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA fullfsync = ON;
                PRAGMA checkpoint_fullfsync = ON;
                CREATE TABLE ledger
                (
                    position INTEGER PRIMARY KEY,
                    stream TEXT, seq INTEGER, prev BLOB, hash BLOB, kind TEXT, tenant TEXT, workload BLOB, slot INTEGER, at INTEGER, text TEXT
                ) STRICT;
                """;
            command.ExecuteNonQuery();
        }

        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _insert = Prepare(
            """
            INSERT INTO ledger (stream, seq, prev, hash, kind, tenant, workload, slot, at, text)
            VALUES (@stream, @seq, @prev, @hash, @kind, @tenant, @workload, @slot, @at, CAST(@text AS TEXT))
            """,
            ("@stream", row.Stream), ("@seq", 0L), ("@prev", row.Previous), ("@hash", row.Hash), ("@kind", row.Kind), ("@tenant", row.Tenant),
            ("@workload", _workload = row.Workload), ("@slot", row.Slot), ("@at", row.At), ("@text", row.Text));
    }

    /// <summary>Writes the row once more, and returns when it is on the disk.</summary>
    public void Append()
    {
        RandomNumberGenerator.Fill(_workload);
        _insert.Parameters[1].Value = ++_seq;
        _begin.ExecuteNonQuery();
        _insert.ExecuteNonQuery();
        _commit.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _begin.Dispose();
        _insert.Dispose();
        _commit.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        command.Prepare();
        return command;
    }
}
