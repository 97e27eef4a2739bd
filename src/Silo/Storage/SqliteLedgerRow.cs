using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Data.Sqlite;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>A row of the ledger's table as an entry.</summary>
internal static class SqliteLedgerRow
{
    /// <summary>The columns that <see cref="Read"/> reads, in its order.</summary>
    public const string Columns = "stream, seq, prev, hash, kind, workload, slot, at, CAST(text AS BLOB), position, tenant";

    /// <summary>Unix time in microseconds.</summary>
    public static long ToUnixMicroseconds(DateTimeOffset instant) =>
        (instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The entry in the current row.</summary>
    /// <exception cref="LedgerCorruptException">The row can't be an entry.</exception>
    public static LedgerEntry Read(SqliteDataReader reader)
    {
        var stream = new StreamId(reader.GetString(0));
        var seq = reader.GetInt64(1);
        try
        {
            WorkloadId? workload = reader.IsDBNull(5)
                ? null
                : WorkloadId.FromLedger(new Guid(reader.GetFieldValue<byte[]>(5), bigEndian: true));
            if (reader.GetString(10) != stream.Tenant.Value)
                throw new FormatException($"its tenant is '{reader.GetString(10)}'");

            return new LedgerEntry(
                stream,
                seq,
                new EntryHash(reader.GetFieldValue<byte[]>(2)),
                new EntryHash(reader.GetFieldValue<byte[]>(3)),
                reader.GetString(4),
                workload,
                reader.IsDBNull(6) ? 0 : reader.GetInt64(6),
                FromUnixMicroseconds(reader.GetInt64(7)),
                reader.GetFieldValue<byte[]>(8));
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or InvalidOperationException or InvalidCastException)
        {
            throw new LedgerCorruptException(stream, seq, $"the row is no entry: {exception.Message}", exception);
        }
    }

    /// <summary>The place of the current row.</summary>
    public static long ReadPosition(SqliteDataReader reader) => reader.GetInt64(9);

    private static DateTimeOffset FromUnixMicroseconds(long microseconds) =>
        new(checked(DateTimeOffset.UnixEpoch.UtcTicks + microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
