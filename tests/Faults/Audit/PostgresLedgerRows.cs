using System.Runtime.CompilerServices;
using Npgsql;

namespace GenOps.ControlPlane.Faults;

/// <summary>The ledger on PostgreSQL.</summary>
internal sealed class PostgresLedgerRows(string connectionString) : ILedgerRows
{
    private const string All =
        """
        SELECT coalesce(l.position, k.position), coalesce(l.stream, k.stream), coalesce(l.seq, k.seq), coalesce(l.prev, ''::bytea),
               coalesce(k.hash, ''::bytea), coalesce(l.kind, 'none'), coalesce(l.tenant, k.tenant), convert_to(coalesce(l.text, '{}'), 'UTF8')
        FROM genops.ledger l FULL JOIN genops.ledger_key k ON k.stream = l.stream AND k.seq = l.seq AND k.position = l.position AND k.at = l.at
        ORDER BY 1
        """;

    private const string Settled =
        """
        SELECT l.position FROM genops.ledger l
        WHERE l.position > $1
          AND l.position < (((SELECT position_base FROM genops.ledger_state) + pg_snapshot_xmin(pg_current_snapshot())::text::bigint) << 17)
        ORDER BY l.position LIMIT $2
        """;

    private readonly string _connectionString = connectionString + ";Pooling=false;Command Timeout=300";

    /// <inheritdoc/>
    public async IAsyncEnumerable<LedgerRow> AllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(All, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            // A key without its text, or a text without its key, has no hashes: the audit says so.
            yield return new LedgerRow(
                reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<byte[]>(4),
                reader.GetString(5), reader.GetString(6), reader.GetFieldValue<byte[]>(7));
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> SettledAsync(long after, int countMax, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Settled, connection) { Parameters = { new() { Value = after }, new() { Value = countMax } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var positions = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
            positions.Add(reader.GetInt64(0));
        return positions;
    }
}
