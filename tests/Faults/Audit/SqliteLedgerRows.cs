using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;

namespace GenOps.ControlPlane.Faults;

/// <summary>The ledger in its SQLite file.</summary>
public sealed class SqliteLedgerRows(string path) : ILedgerRows
{
    private readonly string _connectionString = $"Data Source={path};Mode=ReadOnly;Pooling=False;Default Timeout=10";

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerRow> AllAsync(CancellationToken cancellationToken) => AfterAsync(0, cancellationToken);

    /// <summary>The rows after a position.</summary>
    public async IAsyncEnumerable<LedgerRow> AfterAsync(long position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT position, stream, seq, prev, hash, kind, tenant, CAST(text AS BLOB) FROM ledger WHERE position > @after ORDER BY position";
        command.Parameters.AddWithValue("@after", position);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new LedgerRow(
                reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<byte[]>(4),
                reader.GetString(5), reader.GetString(6), reader.GetFieldValue<byte[]>(7));
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> SettledAsync(long after, int countMax, CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT position FROM ledger WHERE position > @after ORDER BY position LIMIT @count";
        command.Parameters.AddWithValue("@after", after);
        command.Parameters.AddWithValue("@count", countMax);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var positions = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
            positions.Add(reader.GetInt64(0));
        return positions;
    }
}
