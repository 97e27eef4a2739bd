using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>
/// The embedded ledger: one SQLite file with a write-ahead log, written by one connection, one fsync for each batch.
/// It takes the data directory for itself.
/// </summary>
internal sealed partial class SqliteLedgerStore : ILedgerStore, IDisposable
{
    private const int SqliteCorrupt = 11;
    private const int SqliteNotADatabase = 26;

    // Above every character that a name can start or go on with, in the order of UTF-8.
    private const string AfterAll = "\U0010FFFF";

    private readonly int _pageEntriesMax;
    private readonly DataDirectoryLock _lock;
    private readonly SqliteLedgerCommitter _committer;
    private readonly SqliteCommitThread _commits;
    private readonly SqliteReaderPool _readers;

    /// <summary>Opens the ledger, creating or migrating its database.</summary>
    /// <exception cref="DataDirectoryInUseException">Another node has the directory.</exception>
    /// <exception cref="SqliteSchemaException">The file is no ledger, or a newer program's.</exception>
    /// <exception cref="SqliteException">The file can't be opened.</exception>
    public SqliteLedgerStore(IOptions<SqliteLedgerOptions> options, TimeProvider clock, ILogger<SqliteLedgerStore> logger)
    {
        var path = Path.GetFullPath(options.Value.DatabasePath);
        _pageEntriesMax = options.Value.PageEntriesMax;
        _lock = DataDirectoryLock.Take(Path.GetDirectoryName(path)!);
        try
        {
            var schema = SqliteSchema.Ledger(clock);
            var versionBefore = schema.Apply(path, options.Value.BusyTimeout);
            if (versionBefore != schema.KnownVersion)
                SchemaMigrated(logger, path, versionBefore, schema.KnownVersion);

            _committer = new SqliteLedgerCommitter(options.Value);
            _commits = new SqliteCommitThread(_committer.Commit);
            _readers = new SqliteReaderPool(options.Value);
        }
        catch
        {
            _committer?.Dispose();
            _lock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<LedgerCommit> CommitAsync(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken) =>
        _commits.CommitAsync(batch, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerEntry> ReadStreamAsync(
        StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        ReadStreamAsync(
            stream,
            afterSeq,
            $"SELECT {SqliteLedgerRow.Columns} FROM ledger WHERE stream = @stream AND seq > @after ORDER BY seq LIMIT @count",
            cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerEntry> ReadAuthorityAsync(
        StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        ReadStreamAsync(stream, afterSeq, SqliteAuthorityIndex.StreamQuery, cancellationToken);

    /// <inheritdoc/>
    public async Task<LedgerEntry?> FindEntryAsync(StreamId stream, long seq, CancellationToken cancellationToken = default)
    {
        var found = await QueryAsync(
            stream,
            $"SELECT {SqliteLedgerRow.Columns} FROM ledger WHERE stream = @stream AND seq = @seq",
            SqliteLedgerRow.Read,
            [("@stream", stream.Value), ("@seq", seq)],
            cancellationToken).ConfigureAwait(false);
        return found.FirstOrDefault();
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<LedgerEntry>> FindWorkloadAsync(
        TenantId tenant, WorkloadId workload, CancellationToken cancellationToken = default) =>
        QueryAsync(
            default,
            $"""
             SELECT {SqliteLedgerRow.Columns} FROM ledger
             WHERE tenant = @tenant AND workload = @workload
             ORDER BY slot <> {LedgerSlot.Decision}, stream, seq
             """,
            SqliteLedgerRow.Read,
            [("@tenant", tenant.Value), ("@workload", workload.Value.ToByteArray(bigEndian: true))],
            cancellationToken);

    /// <inheritdoc/>
    public Task<ImmutableArray<StreamId>> ListStreamsAsync(
        string prefix, string? after, int countMax, CancellationToken cancellationToken = default) =>
        // Hops from one stream to the next through the index, instead of reading every entry.
        QueryAsync(
            default,
            """
            WITH RECURSIVE found (stream) AS
            (
                SELECT (SELECT stream FROM ledger WHERE stream > @after AND stream >= @from AND stream < @to ORDER BY stream LIMIT 1)
                UNION ALL
                SELECT (SELECT stream FROM ledger WHERE stream > found.stream AND stream < @to ORDER BY stream LIMIT 1)
                FROM found WHERE found.stream IS NOT NULL
            )
            SELECT stream FROM found WHERE stream IS NOT NULL LIMIT @count
            """,
            reader => new StreamId(reader.GetString(0)),
            [("@after", after ?? ""), ("@from", prefix), ("@to", prefix + AfterAll), ("@count", countMax)],
            cancellationToken);

    /// <inheritdoc/>
    public async Task<AuthorityChanges> ReadChangesAsync(Epoch after, CancellationToken cancellationToken = default)
    {
        // One statement, so one instant: the row without a stream is the ledger's own.
        var rows = await QueryAsync(
            default,
            """
            SELECT NULL, epoch, incarnation FROM epoch
            UNION ALL
            SELECT stream, epoch, NULL FROM authority_change WHERE epoch > @after
            ORDER BY 1 IS NOT NULL, 2
            """,
            reader => (
                Stream: reader.IsDBNull(0) ? null : reader.GetString(0),
                Epoch: new Epoch(reader.GetInt64(1)),
                Incarnation: reader.IsDBNull(2) ? default : new Guid(reader.GetFieldValue<byte[]>(2), bigEndian: true)),
            [("@after", after.Value)],
            cancellationToken).ConfigureAwait(false);
        return new AuthorityChanges(
            rows[0].Incarnation, rows[0].Epoch, [.. rows.Skip(1).Select(row => (new StreamId(row.Stream!), row.Epoch))]);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<PlacedEntry>> ReadPageAsync(
        EntryFilter filter, long after, int countMax, CancellationToken cancellationToken = default)
    {
        if (filter is { Workload: not null, Tenant: null })
            throw new ArgumentException("a workload is looked up within its tenant", nameof(filter));

        List<string> conditions = [];
        List<(string, object)> parameters = [("@after", after), ("@count", countMax)];
        var order = "position";
        var index = "";
        if (filter.Stream is { } stream)
        {
            // Within a stream numbers and positions grow together; by number there is an index and nothing to sort.
            conditions.Add("""
                stream = @stream AND seq > coalesce(
                    (SELECT seq FROM ledger WHERE position = @after AND stream = @stream),
                    (SELECT max(seq) FROM ledger WHERE @after > 0 AND stream = @stream AND position <= @after),
                    0)
                """);
            parameters.Add(("@stream", stream.Value));
            order = "seq";
        }
        else
        {
            conditions.Add("position > @after");
        }

        if (filter.Tenant is { } tenant)
        {
            conditions.Add("tenant = @tenant");
            parameters.Add(("@tenant", tenant.Value));
        }

        if (filter.Workload is { } workload)
        {
            conditions.Add("workload = @workload");
            parameters.Add(("@workload", workload.Value.ToByteArray(bigEndian: true)));
        }

        if (filter.From is { } from)
        {
            conditions.Add("at >= @from");
            parameters.Add(("@from", SqliteLedgerRow.ToUnixMicroseconds(from)));
        }

        if (filter.To is { } to)
        {
            conditions.Add("at < @to");
            parameters.Add(("@to", SqliteLedgerRow.ToUnixMicroseconds(to)));
        }

        if (filter.AuthorityOnly)
        {
            conditions.Add(SqliteAuthorityIndex.Condition);
            index = SqliteAuthorityIndex.Clause(filter);
        }

        return await QueryAsync(
            filter.Stream ?? default,
            $"SELECT {SqliteLedgerRow.Columns} FROM ledger {index}WHERE {string.Join(" AND ", conditions)} ORDER BY {order} LIMIT @count",
            reader => new PlacedEntry(SqliteLedgerRow.ReadPosition(reader), SqliteLedgerRow.Read(reader)),
            [.. parameters],
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LedgerEntry> ReadByStreamAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (stream, seq) = (new StreamId(prefix), long.MinValue);
        while (true)
        {
            var page = await QueryAsync(
                stream,
                $"""
                 SELECT {SqliteLedgerRow.Columns} FROM ledger
                 WHERE (stream, seq) > (@stream, @seq) AND stream < @to
                 ORDER BY stream, seq LIMIT @count
                 """,
                SqliteLedgerRow.Read,
                [("@stream", stream.Value), ("@seq", seq), ("@to", prefix + AfterAll), ("@count", _pageEntriesMax)],
                cancellationToken).ConfigureAwait(false);
            foreach (var entry in page)
                yield return entry;

            if (page.Length < _pageEntriesMax)
                yield break;

            (stream, seq) = (page[^1].Stream, page[^1].Seq);
        }
    }

    /// <inheritdoc/>
    public Task ProbeAsync(CancellationToken cancellationToken = default) =>
        QueryAsync(default, "SELECT epoch FROM epoch", reader => reader.GetInt64(0), [], cancellationToken);

    /// <summary>Finishes the commits under way, closes the file and lets go of the directory.</summary>
    public void Dispose()
    {
        _commits.Dispose();
        _readers.Dispose();
        _committer.Dispose(); // last of the connections, so that it folds the write-ahead log into the file
        _lock.Dispose();
    }

    [LoggerMessage(EventId = 3101, Level = LogLevel.Information,
        Message = "Ledger {DatabasePath} migrated from schema version {VersionBefore} to {VersionAfter}.")]
    private static partial void SchemaMigrated(ILogger logger, string databasePath, int versionBefore, int versionAfter);

    private async IAsyncEnumerable<LedgerEntry> ReadStreamAsync(
        StreamId stream, long afterSeq, string sql, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await QueryAsync(
                stream,
                sql,
                SqliteLedgerRow.Read,
                [("@stream", stream.Value), ("@after", afterSeq), ("@count", _pageEntriesMax)],
                cancellationToken).ConfigureAwait(false);
            foreach (var entry in page)
                yield return entry;

            if (page.Length < _pageEntriesMax)
                yield break;

            afterSeq = page[^1].Seq;
        }
    }

    private async Task<ImmutableArray<T>> QueryAsync<T>(
        StreamId stream, string sql, Func<SqliteDataReader, T> read, (string Name, object Value)[] parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await _readers.ReadAsync(
                connection =>
                {
                    using var command = connection.CreateCommand();
                    command.CommandText = sql;
                    foreach (var (name, value) in parameters)
                        command.Parameters.AddWithValue(name, value);

                    var rows = ImmutableArray.CreateBuilder<T>();
                    using var reader = command.ExecuteReader();
                    while (reader.Read())
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        rows.Add(read(reader));
                    }

                    return rows.DrainToImmutable();
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is SqliteCorrupt or SqliteNotADatabase)
        {
            throw new LedgerCorruptException(stream, 0, $"the database is damaged: {exception.Message}", exception);
        }
        catch (SqliteException exception)
        {
            throw new LedgerStoreException($"the ledger's database can't be read: {exception.Message}", nothingWritten: true, exception);
        }
    }
}
