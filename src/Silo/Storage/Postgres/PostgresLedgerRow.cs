using System.Collections.Frozen;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>A key and its text, found by each other, as an entry.</summary>
internal static class PostgresLedgerRow
{
    /// <summary>The columns that <see cref="Read"/> reads, in its order: of the key, called k, and of the text, called l.</summary>
    public const string Columns =
        "k.stream, k.seq, k.at, k.position, k.tenant, k.authority, k.hash, k.workload, k.slot, "
        + "l.stream, l.seq, l.at, l.position, l.tenant, l.kind, l.prev, l.text";

    private static readonly FrozenSet<string> KindsOfAuthority = LedgerKinds.OfAuthority.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Unix time in microseconds.</summary>
    public static long ToUnixMicroseconds(DateTimeOffset instant) =>
        (instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Whether entries of <paramref name="kind"/> are found without the others between them.</summary>
    public static bool IsOfAuthority(string kind) => KindsOfAuthority.Contains(kind);

    /// <summary>The entry in the current row.</summary>
    /// <exception cref="LedgerCorruptException">The row can't be an entry.</exception>
    public static LedgerEntry Read(NpgsqlDataReader row)
    {
        if (row.IsDBNull(0))
            throw new LedgerCorruptException(new StreamId(row.GetString(9)), row.GetInt64(10), "its text is there, but its key is missing");

        var stream = new StreamId(row.GetString(0));
        var seq = row.GetInt64(1);
        if (row.IsDBNull(9))
            throw new LedgerCorruptException(stream, seq, "its key is there, but its text is missing");

        try
        {
            var kind = row.GetString(14);
            var tenant = row.GetString(4);
            if (row.GetString(9) != stream.Value || row.GetInt64(10) != seq)
                throw new FormatException($"in its place is the text of {row.GetString(9)} #{row.GetInt64(10)}");
            if (row.GetInt64(11) != row.GetInt64(2) || row.GetInt64(12) != row.GetInt64(3))
                throw new FormatException("its text is in another place");
            if (tenant != stream.Tenant.Value || row.GetString(13) != tenant)
                throw new FormatException($"its tenant is '{tenant}' by its key and '{row.GetString(13)}' by its text");
            if (row.GetBoolean(5) != IsOfAuthority(kind))
                throw new FormatException($"it is of kind '{kind}', and marked the other way");

            WorkloadId? workload = row.IsDBNull(7) ? null : WorkloadId.FromLedger(row.GetGuid(7));
            return new LedgerEntry(
                stream,
                seq,
                new EntryHash(row.GetFieldValue<byte[]>(15)),
                new EntryHash(row.GetFieldValue<byte[]>(6)),
                kind,
                workload,
                row.IsDBNull(8) ? 0 : row.GetInt64(8),
                FromUnixMicroseconds(row.GetInt64(2)),
                row.GetFieldValue<byte[]>(16));
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or InvalidOperationException or InvalidCastException)
        {
            throw new LedgerCorruptException(stream, seq, $"the row is no entry: {exception.Message}", exception);
        }
    }

    /// <summary>The place of the current row.</summary>
    public static long ReadPosition(NpgsqlDataReader row) => row.GetInt64(3);

    private static DateTimeOffset FromUnixMicroseconds(long microseconds) =>
        new(checked(DateTimeOffset.UnixEpoch.UtcTicks + microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
