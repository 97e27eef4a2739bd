using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>The cluster's ledger in PostgreSQL. Its schema must be up to date: <see cref="PostgresSchema"/>.</summary>
internal sealed class PostgresLedgerStore : ILedgerStore, IAsyncDisposable, IDisposable
{
    // Above every character that a name can start or go on with, in the order of UTF-8.
    private const string AfterAll = "\U0010FFFF";

    // What is younger than the oldest transaction that runs may still get company below it. The places of a reader's own
    // snapshot: whatever commits later has a higher one.
    private const string Settled =
        "(SELECT (position_base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint) << 17 FROM genops.ledger_identity WHERE single)";

    // From the keys that were found to their texts. LATERAL: one lookup each, in the one partition that has it.
    private const string TextOfKey =
        "LEFT JOIN LATERAL (SELECT * FROM genops.ledger AS t WHERE t.at = k.at AND t.position = k.position) AS l ON true";

    private const string KeyOfText =
        "LEFT JOIN LATERAL (SELECT * FROM genops.ledger_key AS t WHERE t.stream = l.stream AND t.seq = l.seq) AS k ON true";

    private static readonly string KindsOfAuthority = string.Join(", ", LedgerKinds.OfAuthority.Select(kind => $"'{kind}'"));

    private readonly int _pageEntriesMax;
    private readonly NpgsqlDataSource _readers;
    private readonly NpgsqlDataSource _watch;
    private readonly SemaphoreSlim _freeReaders;
    private readonly SemaphoreSlim _freeWatch = new(1, 1);
    private readonly PostgresLedgerCommitter _committer;

    /// <summary>Connects to nothing yet.</summary>
    public PostgresLedgerStore(PostgresDataSources sources, IOptions<PostgresOptions> options, TimeProvider time)
    {
        _pageEntriesMax = options.Value.PageEntriesMax;
        _readers = sources.Readers;
        _watch = sources.Watch;
        _freeReaders = new SemaphoreSlim(options.Value.ReadConnectionsMax, options.Value.ReadConnectionsMax);
        _committer = new PostgresLedgerCommitter(sources.Writers, options.Value.WriteConnections, time);
    }

    /// <inheritdoc/>
    public Task<LedgerCommit> CommitAsync(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken) =>
        _committer.CommitAsync(batch, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerEntry> ReadStreamAsync(
        StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        ReadStreamAsync(stream, afterSeq, "", cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerEntry> ReadAuthorityAsync(
        StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        ReadStreamAsync(stream, afterSeq, "AND authority ", cancellationToken);

    /// <inheritdoc/>
    public async Task<LedgerEntry?> FindEntryAsync(StreamId stream, long seq, CancellationToken cancellationToken = default)
    {
        var found = await ReadAsync(
            stream,
            $"SELECT {PostgresLedgerRow.Columns} FROM genops.ledger_key AS k {TextOfKey} WHERE k.stream = $1 AND k.seq = $2",
            PostgresLedgerRow.Read,
            [stream.Value, seq],
            cancellationToken).ConfigureAwait(false);
        return found.FirstOrDefault();
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<LedgerEntry>> FindWorkloadAsync(
        TenantId tenant, WorkloadId workload, CancellationToken cancellationToken = default) =>
        ReadAsync(
            default,
            $"""
             SELECT {PostgresLedgerRow.Columns} FROM genops.ledger_key AS k {TextOfKey}
             WHERE k.tenant = $1 AND k.workload = $2
             ORDER BY k.slot <> {LedgerSlot.Decision}, k.stream, k.seq
             """,
            PostgresLedgerRow.Read,
            [tenant.Value, workload.Value],
            cancellationToken);

    /// <inheritdoc/>
    public Task<ImmutableArray<StreamId>> ListStreamsAsync(
        string prefix, string? after, int countMax, CancellationToken cancellationToken = default) =>
        // Hops from one stream to the next through the index, instead of reading every entry.
        ReadAsync(
            default,
            """
            WITH RECURSIVE found (stream) AS
            (
                SELECT (SELECT stream FROM genops.ledger_key WHERE stream > $1 AND stream >= $2 AND stream < $3 ORDER BY stream LIMIT 1)
                UNION ALL
                SELECT (SELECT k.stream FROM genops.ledger_key AS k WHERE k.stream > found.stream AND k.stream < $3 ORDER BY k.stream LIMIT 1)
                FROM found WHERE found.stream IS NOT NULL
            )
            SELECT stream FROM found WHERE stream IS NOT NULL LIMIT $4
            """,
            row => new StreamId(row.GetString(0)),
            [after ?? "", prefix, prefix + AfterAll, countMax],
            cancellationToken);

    /// <inheritdoc/>
    public async Task<AuthorityChanges> ReadChangesAsync(Epoch after, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            // One statement, so one instant; without changes it is one row without a stream.
            var rows = await WatchAsync(
                """
                SELECT s.incarnation, s.epoch, c.stream, c.epoch, f.begun IS NOT NULL
                FROM genops.ledger_state AS s
                CROSS JOIN (SELECT genops.follow_timeline() AS begun) AS f
                LEFT JOIN genops.authority_change AS c ON c.epoch > $1
                ORDER BY c.epoch
                """,
                row => (
                    Incarnation: row.GetGuid(0),
                    Epoch: new Epoch(row.GetInt64(1)),
                    Change: row.IsDBNull(2) ? default : (new StreamId(row.GetString(2)), new Epoch(row.GetInt64(3))),
                    HasBegun: row.GetBoolean(4)),
                [after.Value],
                cancellationToken).ConfigureAwait(false);

            // After a failover, also while nothing is written: what this statement saw is from before it began.
            if (rows[0].HasBegun)
                continue;

            return new AuthorityChanges(
                rows[0].Incarnation, rows[0].Epoch, [.. rows.Where(row => row.Change != default).Select(row => row.Change)]);
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<PlacedEntry>> ReadPageAsync(
        EntryFilter filter, long after, int countMax, CancellationToken cancellationToken = default)
    {
        if (filter is { Workload: not null, Tenant: null })
            throw new ArgumentException("a workload is looked up within its tenant", nameof(filter));

        // Keys know workloads, numbers and what is of authority, texts know everybody's order.
        var byKey = filter is { Stream: not null } or { Workload: not null } or { Tenant: not null, AuthorityOnly: true };
        List<string> conditions = filter.IncludeUnsettled ? [] : [$"position < {Settled}"];
        List<object> values = [after, countMax];
        var order = "position";
        if (filter.Stream is { } stream)
        {
            // Within a stream numbers and positions grow together; by number there is an index and nothing to sort.
            var name = Value(stream.Value);
            conditions.Add($"""
                stream = {name} AND seq > coalesce(
                    (SELECT seq FROM genops.ledger WHERE position = $1 AND stream = {name}),
                    (SELECT seq FROM genops.ledger_key WHERE $1 > 0 AND stream = {name} AND position <= $1 ORDER BY seq DESC LIMIT 1),
                    0)
                """);
            order = "seq";
        }
        else
        {
            conditions.Add("position > $1");
        }

        if (filter.Tenant is { } tenant)
            conditions.Add($"tenant = {Value(tenant.Value)}");
        if (filter.Workload is { } workload)
            conditions.Add($"workload = {Value(workload.Value)}");
        if (filter.From is { } from)
            conditions.Add($"at >= {Value(PostgresLedgerRow.ToUnixMicroseconds(from))}");
        if (filter.To is { } to)
            conditions.Add($"at < {Value(PostgresLedgerRow.ToUnixMicroseconds(to))}");
        if (filter.AuthorityOnly)
            conditions.Add(byKey ? "authority" : $"kind IN ({KindsOfAuthority})");

        var (first, join) = byKey ? ("genops.ledger_key", TextOfKey) : ("genops.ledger", KeyOfText);
        var alias = byKey ? "k" : "l";
        return ReadAsync(
            filter.Stream ?? default,
            $"""
             SELECT {PostgresLedgerRow.Columns}
             FROM (SELECT * FROM {first} WHERE {string.Join(" AND ", conditions)} ORDER BY {order} LIMIT $2) AS {alias} {join}
             ORDER BY {alias}.{order}
             """,
            row =>
            {
                var entry = PostgresLedgerRow.Read(row);
                return new PlacedEntry(PostgresLedgerRow.ReadPosition(row), entry);
            },
            [.. values],
            cancellationToken);

        string Value(object value)
        {
            values.Add(value);
            return $"${values.Count}";
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LedgerEntry> ReadByStreamAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (stream, seq) = (new StreamId(prefix), long.MinValue);
        while (true)
        {
            var page = await ReadAsync(
                stream,
                $"""
                 SELECT {PostgresLedgerRow.Columns}
                 FROM (SELECT * FROM genops.ledger_key WHERE (stream, seq) > ($1, $2) AND stream < $3 ORDER BY stream, seq LIMIT $4) AS k {TextOfKey}
                 ORDER BY k.stream, k.seq
                 """,
                PostgresLedgerRow.Read,
                [stream.Value, seq, prefix + AfterAll, _pageEntriesMax],
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
        WatchAsync("SELECT epoch FROM genops.ledger_state", row => row.GetInt64(0), [], cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _committer.DisposeAsync();

    /// <inheritdoc/>
    public void Dispose()
    {
        // Closing what is idle asks nobody anything, so it is done when this returns.
        var closing = _committer.DisposeAsync();
        if (!closing.IsCompletedSuccessfully)
            _ = closing.AsTask();
    }

    private async IAsyncEnumerable<LedgerEntry> ReadStreamAsync(
        StreamId stream, long afterSeq, string condition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await ReadAsync(
                stream,
                $"""
                 SELECT {PostgresLedgerRow.Columns}
                 FROM (SELECT * FROM genops.ledger_key WHERE stream = $1 AND seq > $2 {condition}ORDER BY seq LIMIT $3) AS k {TextOfKey}
                 ORDER BY k.seq
                 """,
                PostgresLedgerRow.Read,
                [stream.Value, afterSeq, _pageEntriesMax],
                cancellationToken).ConfigureAwait(false);
            foreach (var entry in page)
                yield return entry;

            if (page.Length < _pageEntriesMax)
                yield break;

            afterSeq = page[^1].Seq;
        }
    }

    private Task<ImmutableArray<T>> ReadAsync<T>(
        StreamId stream, string sql, Func<NpgsqlDataReader, T> read, object[] values, CancellationToken cancellationToken) =>
        QueryAsync(_readers, _freeReaders, stream, sql, read, values, cancellationToken);

    private Task<ImmutableArray<T>> WatchAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, object[] values, CancellationToken cancellationToken) =>
        QueryAsync(_watch, _freeWatch, default, sql, read, values, cancellationToken);

    private static async Task<ImmutableArray<T>> QueryAsync<T>(
        NpgsqlDataSource source, SemaphoreSlim free, StreamId stream, string sql, Func<NpgsqlDataReader, T> read, object[] values, CancellationToken cancellationToken)
    {
        // Waits here and not in the driver's pool, which gives up.
        await free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            try
            {
                return await QueryOnceAsync(source, sql, read, values, cancellationToken).ConfigureAwait(false);
            }
            catch (NpgsqlException exception) when (exception is { IsTransient: true, InnerException: not TimeoutException })
            {
                // A connection that lay idle while the server restarted; reading again harms nobody.
                return await QueryOnceAsync(source, sql, read, values, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted)
        {
            throw new LedgerCorruptException(stream, 0, $"the database is damaged: {exception.MessageText}", exception);
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or UnauthorizedAccessException)
        {
            // The host may have vanished, and with it everything that the pool takes for open.
            if (exception.InnerException is TimeoutException)
                source.Clear();

            // The latter two are about the file with the password.
            throw new LedgerStoreException($"the ledger's database can't be read: {exception.Message}", nothingWritten: true, exception);
        }
        finally
        {
            free.Release();
        }
    }

    private static async Task<ImmutableArray<T>> QueryOnceAsync<T>(
        NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> read, object[] values, CancellationToken cancellationToken)
    {
        var command = source.CreateCommand(sql);
        await using (command.ConfigureAwait(false))
        {
            foreach (var value in values)
                command.Parameters.Add(new NpgsqlParameter { Value = value });

            var rows = ImmutableArray.CreateBuilder<T>();
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    rows.Add(read(reader));
            }

            return rows.DrainToImmutable();
        }
    }
}
