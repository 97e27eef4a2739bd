using GenOps.ControlPlane.Ledger;
using Npgsql;
using NpgsqlTypes;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>A connection that commits, with its prepared statements. Used by one commit at a time.</summary>
internal sealed class PostgresCommitSession : IAsyncDisposable
{
    private const int QuestionSecondsMax = 3;

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private NpgsqlCommand? _one;
    private NpgsqlCommand? _many;
    private NpgsqlBatch? _authority;
    private NpgsqlCommand? _explain;
    private (int Process, DateTime BegunAt)? _backend;
    private string? _standbyGivenUp;
    private bool _followsTimeline;

    private PostgresCommitSession(NpgsqlDataSource source, NpgsqlConnection connection)
    {
        (_source, _connection) = (source, connection);
        connection.Notice += (_, arguments) => NoteWarning(arguments.Notice);
    }

    /// <summary>Whether the connection is still there, as far as one knows without asking.</summary>
    public bool IsOpen => _connection.State == System.Data.ConnectionState.Open;

    /// <summary>Opens a connection, unless the server could lose what it acknowledges.</summary>
    public static async Task<PostgresCommitSession> OpenAsync(NpgsqlDataSource source)
    {
        var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        var session = new PostgresCommitSession(source, connection);
        try
        {
            await session.CheckAsync().ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// To be called before a commit. After a failover this connection may be the first to see it: then it begins a new
    /// incarnation, which is a commit like any other, and not called back either.
    /// </summary>
    public async ValueTask FollowTimelineAsync(CancellationToken cancellationToken)
    {
        if (_followsTimeline)
            return;

        var command = new NpgsqlCommand("SELECT genops.follow_timeline()", _connection);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        _followsTimeline = true;
    }

    /// <summary>Commits a lone entry.</summary>
    public async Task<PostgresCommitAnswer> CommitOneAsync(StreamAppend append, CancellationToken cancellationToken)
    {
        var command = _one ??= await PrepareAsync(
            PostgresCommitSql.CommitOne,
            [
                NpgsqlDbType.Text, NpgsqlDbType.Bigint, NpgsqlDbType.Bytea, NpgsqlDbType.Bytea, NpgsqlDbType.Text, NpgsqlDbType.Uuid,
                NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Boolean, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Boolean,
            ],
            cancellationToken).ConfigureAwait(false);
        var entry = append.Entries[0];
        var values = command.Parameters;
        values[0].Value = append.Stream.Value;
        values[1].Value = append.Base.Seq;
        values[2].Value = append.Base.Hash.ToArray();
        values[3].Value = entry.Hash.ToArray();
        values[4].Value = append.Stream.Tenant.Value;
        values[5].Value = entry.Workload is { } workload ? workload.Value : DBNull.Value;
        values[6].Value = entry.Workload is null ? DBNull.Value : entry.Slot;
        values[7].Value = PostgresLedgerRow.ToUnixMicroseconds(entry.At);
        values[8].Value = PostgresLedgerRow.IsOfAuthority(entry.Kind);
        values[9].Value = entry.Kind;
        values[10].Value = entry.Text;
        values[11].Value = PostgresCommitBatch.MayCollide(entry);

        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var answer = new PostgresCommitAnswer(reader.GetGuid(0), reader.GetInt64(1), reader.GetBoolean(2) ? [] : [0]);
            await FinishAsync(reader, cancellationToken).ConfigureAwait(false);
            return answer;
        }
    }

    /// <summary>Commits units without changes of authority.</summary>
    public async Task<PostgresCommitAnswer> CommitManyAsync(PostgresCommitBatch batch, CancellationToken cancellationToken)
    {
        var command = _many ??= await PrepareAsync(PostgresCommitSql.CommitMany, ManyTypes, cancellationToken).ConfigureAwait(false);
        SetValues(command.Parameters, batch);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
            return await ReadAnswerAsync(reader, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Commits units with changes of authority, after those that are under way elsewhere.</summary>
    public async Task<PostgresCommitAnswer> CommitAuthorityAsync(PostgresCommitBatch batch, CancellationToken cancellationToken)
    {
        // Both in one round trip and, up to its end, one transaction. The second statement sees what was committed while the first one waited.
        if (_authority is null)
        {
            var authority = new NpgsqlBatch(_connection);
            authority.BatchCommands.Add(new NpgsqlBatchCommand(PostgresCommitSql.LockAuthority));
            var statement = new NpgsqlBatchCommand(PostgresCommitSql.CommitAuthority);
            foreach (var type in ManyTypes)
                statement.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
            statement.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
            statement.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            authority.BatchCommands.Add(statement);
            await authority.PrepareAsync(cancellationToken).ConfigureAwait(false);
            _authority = authority;
        }

        var values = _authority.BatchCommands[1].Parameters;
        SetValues(values, batch);
        values[21].Value = batch.ChangeUnits;
        values[22].Value = batch.ChangeStreams;
        var reader = await _authority.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            return await ReadAnswerAsync(reader, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What stands in these places.</summary>
    public async Task<PostgresExplanation> ExplainAsync(
        string[] streams, long[] numbers, string[] tenants, Guid[] workloads, long[] slots, CancellationToken cancellationToken)
    {
        var command = _explain ??= await PrepareAsync(
            PostgresCommitSql.Explain,
            [
                NpgsqlDbType.Array | NpgsqlDbType.Text, NpgsqlDbType.Array | NpgsqlDbType.Bigint, NpgsqlDbType.Array | NpgsqlDbType.Text,
                NpgsqlDbType.Array | NpgsqlDbType.Uuid, NpgsqlDbType.Array | NpgsqlDbType.Bigint,
            ],
            cancellationToken).ConfigureAwait(false);
        var values = command.Parameters;
        (values[0].Value, values[1].Value, values[2].Value, values[3].Value, values[4].Value) = (streams, numbers, tenants, workloads, slots);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            return new PostgresExplanation(
                reader.GetGuid(0), reader.GetInt64(1), reader.GetFieldValue<byte[]?[]>(2), reader.GetFieldValue<bool[]>(3));
        }
    }

    /// <summary>
    /// Whether the server has ended its end of this connection, so that no answer can come any more: a host that vanished
    /// says nothing, and while something is unsent the operating system asks for a quarter of an hour.
    /// </summary>
    /// <exception cref="NpgsqlException">The server can't be asked.</exception>
    public async Task<bool> IsGoneAsync(CancellationToken cancellationToken)
    {
        if (_backend is not var (process, begunAt))
            return false; // it was not told, so nobody can know

        var command = _source.CreateCommand("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2)");
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = QuestionSecondsMax;
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = process });
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = begunAt });
            return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    /// <summary>To be called when a commit was answered.</summary>
    /// <exception cref="LedgerStoreException">Somebody made the server stop waiting for its synchronous standby: the answer promises less than it should.</exception>
    public void ThrowIfStandbyWasGivenUp()
    {
        if (_standbyGivenUp is { } warning)
            throw new LedgerStoreException($"a commit does not wait for the standby any more: {warning}", nothingWritten: false);
    }

    /// <summary>
    /// Completes when everything that this server has committed so far is as durable as a commit promises. What an earlier
    /// attempt wrote can be seen before a synchronous standby has it, if somebody gave up waiting for that: a commit of its
    /// own, behind it, waits for both.
    /// </summary>
    public async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("SELECT pg_logical_emit_message(true, 'genops', '')", _connection);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the connection for good: nobody gets it from the pool, nor what was opened before.</summary>
    public async ValueTask DisposeAsync()
    {
        _source.Clear();
        if (_one is not null)
            await _one.DisposeAsync().ConfigureAwait(false);
        if (_many is not null)
            await _many.DisposeAsync().ConfigureAwait(false);
        if (_authority is not null)
            await _authority.DisposeAsync().ConfigureAwait(false);
        if (_explain is not null)
            await _explain.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private static NpgsqlDbType[] ManyTypes { get; } =
    [
        .. new[]
        {
            NpgsqlDbType.Integer, NpgsqlDbType.Text, NpgsqlDbType.Bigint, NpgsqlDbType.Bytea,
            NpgsqlDbType.Integer, NpgsqlDbType.Text, NpgsqlDbType.Uuid, NpgsqlDbType.Bigint,
            NpgsqlDbType.Integer, NpgsqlDbType.Integer, NpgsqlDbType.Text, NpgsqlDbType.Bigint, NpgsqlDbType.Bytea, NpgsqlDbType.Text,
            NpgsqlDbType.Uuid, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Boolean, NpgsqlDbType.Bytea, NpgsqlDbType.Text, NpgsqlDbType.Text,
        }.Select(type => NpgsqlDbType.Array | type),
    ];

    private static void SetValues(NpgsqlParameterCollection values, PostgresCommitBatch batch)
    {
        values[0].Value = batch.StreamUnits;
        values[1].Value = batch.Streams;
        values[2].Value = batch.Bases;
        values[3].Value = batch.BaseHashes;
        values[4].Value = batch.SlotUnits;
        values[5].Value = batch.SlotTenants;
        values[6].Value = batch.SlotWorkloads;
        values[7].Value = batch.SlotNumbers;
        values[8].Value = batch.Units;
        values[9].Value = batch.Ordinals;
        values[10].Value = batch.EntryStreams;
        values[11].Value = batch.Numbers;
        values[12].Value = batch.Hashes;
        values[13].Value = batch.Tenants;
        values[14].Value = batch.Workloads;
        values[15].Value = batch.Slots;
        values[16].Value = batch.Instants;
        values[17].Value = batch.OfAuthority;
        values[18].Value = batch.Previous;
        values[19].Value = batch.Kinds;
        values[20].Value = batch.Texts;
    }

    private static async Task<PostgresCommitAnswer> ReadAnswerAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var answer = new PostgresCommitAnswer(reader.GetGuid(0), reader.GetInt64(1), reader.GetFieldValue<int[]>(2));
        await FinishAsync(reader, cancellationToken).ConfigureAwait(false);
        return answer;
    }

    // The answer comes before the commit; only what comes after it says that the entries are durable.
    private static async Task FinishAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            // There is one row.
        }

        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
            // And nothing behind it.
        }
    }

    private async Task CheckAsync()
    {
        var command = new NpgsqlCommand(
            """
            SELECT current_setting('fsync'), current_setting('synchronous_commit'), restored,
                pg_backend_pid(), (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
            FROM genops.ledger_is_restored() AS restored
            """,
            _connection)
        {
            CommandTimeout = QuestionSecondsMax,
        };
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync().ConfigureAwait(false);
                if (reader.GetString(0) == "off" || reader.GetString(1) == "off")
                    throw new LedgerStoreException("PostgreSQL runs with fsync or synchronous_commit off, so it could lose what it acknowledges", nothingWritten: true);

                // Also a node that was running when somebody put a backup in the place of its ledger.
                if (!await reader.IsDBNullAsync(2).ConfigureAwait(false))
                    throw new LedgerStoreException($"the ledger was restored and not adopted ({reader.GetString(2)}); run SELECT genops.adopt_restored_ledger()", nothingWritten: true);

                // The driver's number of the backend may be a proxy's.
                if (!await reader.IsDBNullAsync(4).ConfigureAwait(false))
                    _backend = (reader.GetInt32(3), reader.GetDateTime(4));
            }
        }
    }

    // The routine's name: the text is in the server's language.
    private void NoteWarning(PostgresNotice notice)
    {
        if (notice.Routine == "SyncRepWaitForLSN")
            _standbyGivenUp = notice.MessageText;
    }

    private async Task<NpgsqlCommand> PrepareAsync(string sql, IEnumerable<NpgsqlDbType> types, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, _connection);
        foreach (var type in types)
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });

        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        return command;
    }
}
