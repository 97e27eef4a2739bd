using Microsoft.Data.Sqlite;

namespace GenOps.ControlPlane.Bench.Authorize;

/// <summary>The row that a decision of this run wrote to the ledger.</summary>
internal sealed record LedgerRow(string Stream, byte[] Previous, byte[] Hash, string Kind, string Tenant, byte[] Workload, long Slot, long At, byte[] Text)
{
    /// <summary>Reads the newest one.</summary>
    public static LedgerRow ReadNewest(string ledger)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = ledger,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT stream, prev, hash, kind, tenant, workload, slot, at, CAST(text AS BLOB)
            FROM ledger WHERE kind = 'workload.reserved' ORDER BY position DESC LIMIT 1
            """;
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? new LedgerRow(
                reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2), reader.GetString(3), reader.GetString(4),
                reader.GetFieldValue<byte[]>(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetFieldValue<byte[]>(8))
            : throw new Node.BenchException("the node's ledger has no decision");
    }
}
