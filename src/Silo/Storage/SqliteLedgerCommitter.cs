using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Data.Sqlite;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>The connection that writes the ledger. Used by one thread.</summary>
internal sealed class SqliteLedgerCommitter : IDisposable
{
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;

    private readonly string _connectionString;
    private readonly string _settings;
    private Session? _session;

    public SqliteLedgerCommitter(SqliteLedgerOptions options)
    {
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path.GetFullPath(options.DatabasePath),
            Mode = SqliteOpenMode.ReadWrite, // a lost file is an error, not a new, empty ledger
            Pooling = false,
            DefaultTimeout = Math.Max(1, (int)Math.Ceiling(options.BusyTimeout.TotalSeconds)),
        }.ToString();

        // FULL: an acknowledged entry outlives a power cut. The fullfsync ones make that true on macOS, too.
        _settings = string.Create(CultureInfo.InvariantCulture, $"""
            PRAGMA busy_timeout = {(long)options.BusyTimeout.TotalMilliseconds};
            PRAGMA synchronous = FULL;
            PRAGMA fullfsync = ON;
            PRAGMA checkpoint_fullfsync = ON;
            PRAGMA foreign_keys = OFF;
            """);
        _session = new Session(_connectionString, _settings);
    }

    /// <inheritdoc cref="ILedgerStore.CommitAsync"/>
    public LedgerCommit Commit(IReadOnlyList<IReadOnlyList<StreamAppend>> batch)
    {
        var outcomes = ImmutableArray.CreateBuilder<AppendOutcome>(batch.Count);
        Session session;
        long epoch;
        try
        {
            session = _session ??= new Session(_connectionString, _settings);
            session.Begin.ExecuteNonQuery();
        }
        catch (SqliteException exception)
        {
            Forget();
            throw new LedgerStoreException($"the ledger's database can't be written: {exception.Message}", nothingWritten: true, exception);
        }

        try
        {
            epoch = session.ReadEpoch();
            for (var index = 0; index < batch.Count; index++)
                outcomes.Add(session.Write(batch[index], ref epoch));
        }
        catch (Exception exception)
        {
            // Nothing of an unfinished transaction survives, whether it is rolled back now or when the file is opened again.
            Forget();
            throw new LedgerStoreException($"the ledger's database refused the batch: {exception.Message}", nothingWritten: true, exception);
        }

        try
        {
            session.Commit.ExecuteNonQuery();
        }
        catch (SqliteException exception)
        {
            // A busy database says so before it writes. After any other error the last page may be on the disk or not.
            Forget();
            throw new LedgerStoreException(
                $"the ledger's database failed to commit: {exception.Message}",
                nothingWritten: exception.SqliteErrorCode is SqliteBusy or SqliteLocked,
                exception);
        }

        return new LedgerCommit(new Epoch(epoch), outcomes.MoveToImmutable(), session.Incarnation);
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    // After an error the next commit begins on a new connection: what the old one thinks of the file is not to be trusted.
    private void Forget()
    {
        var session = _session;
        _session = null;
        session?.Dispose();
    }

    private sealed class Session : IDisposable
    {
        private readonly SqliteConnection _connection;
        private readonly List<SqliteCommand> _commands = [];
        private readonly SqliteCommand _savepoint;
        private readonly SqliteCommand _rollbackToSavepoint;
        private readonly SqliteCommand _release;
        private readonly SqliteCommand _findHash;
        private readonly SqliteParameter _findStream;
        private readonly SqliteParameter _findSeq;
        private readonly SqliteCommand _insert;
        private readonly SqliteParameter _stream;
        private readonly SqliteParameter _seq;
        private readonly SqliteParameter _prev;
        private readonly SqliteParameter _hash;
        private readonly SqliteParameter _kind;
        private readonly SqliteParameter _tenant;
        private readonly SqliteParameter _workload;
        private readonly SqliteParameter _slot;
        private readonly SqliteParameter _at;
        private readonly SqliteParameter _text;
        private readonly SqliteCommand _readEpoch;
        private readonly SqliteCommand _advanceEpoch;
        private readonly SqliteParameter _changedStream;
        private readonly byte[] _prevBytes = new byte[EntryHash.Length];
        private readonly byte[] _hashBytes = new byte[EntryHash.Length];
        private readonly byte[] _workloadBytes = new byte[16];

        public Session(string connectionString, string settings)
        {
            _connection = new SqliteConnection(connectionString);
            try
            {
                _connection.Open();
                using (var command = _connection.CreateCommand())
                {
                    command.CommandText = settings;
                    command.ExecuteNonQuery();
                }

                Begin = Prepare("BEGIN IMMEDIATE");
                Commit = Prepare("COMMIT");
                _savepoint = Prepare("SAVEPOINT append");
                _rollbackToSavepoint = Prepare("ROLLBACK TO append");
                _release = Prepare("RELEASE append");

                _findHash = Prepare("SELECT hash FROM ledger WHERE stream = @stream AND seq = @seq", "@stream", "@seq");
                _findStream = _findHash.Parameters[0];
                _findSeq = _findHash.Parameters[1];

                // The cast takes the bytes as they are. A row whose place or slot is taken is not inserted, and counts 0.
                _insert = Prepare(
                    """
                    INSERT INTO ledger (stream, seq, prev, hash, kind, tenant, workload, slot, at, text)
                    VALUES (@stream, @seq, @prev, @hash, @kind, @tenant, @workload, @slot, @at, CAST(@text AS TEXT))
                    ON CONFLICT DO NOTHING
                    """,
                    "@stream", "@seq", "@prev", "@hash", "@kind", "@tenant", "@workload", "@slot", "@at", "@text");
                _stream = _insert.Parameters[0];
                _seq = _insert.Parameters[1];
                _prev = _insert.Parameters[2];
                _hash = _insert.Parameters[3];
                _kind = _insert.Parameters[4];
                _tenant = _insert.Parameters[5];
                _workload = _insert.Parameters[6];
                _slot = _insert.Parameters[7];
                _at = _insert.Parameters[8];
                _text = _insert.Parameters[9];
                _prev.Value = _prevBytes;
                _hash.Value = _hashBytes;

                _readEpoch = Prepare("SELECT epoch FROM epoch");

                // The file is this node's alone, so nobody puts another ledger in its place while it is open.
                using (var command = _connection.CreateCommand())
                {
                    command.CommandText = "SELECT incarnation FROM epoch";
                    Incarnation = new Guid((byte[])command.ExecuteScalar()!, bigEndian: true);
                }

                _advanceEpoch = Prepare(
                    """
                    UPDATE epoch SET epoch = epoch + 1;
                    INSERT INTO authority_change (epoch, stream) SELECT epoch, @stream FROM epoch;
                    """,
                    "@stream");
                _changedStream = _advanceEpoch.Parameters[0];
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public SqliteCommand Begin { get; }

        public SqliteCommand Commit { get; }

        /// <summary>The ledger's own random id.</summary>
        public Guid Incarnation { get; }

        public long ReadEpoch() => (long)_readEpoch.ExecuteScalar()!;

        /// <summary>Writes one append, or leaves nothing of it.</summary>
        public AppendOutcome Write(IReadOnlyList<StreamAppend> appends, ref long epoch)
        {
            // A lone row needs no savepoint: it is inserted or not.
            if (appends.Count == 1 && appends[0].Entries.Length == 1)
            {
                var alone = WriteEntry(appends[0], 0, out var isNew);
                if (isNew)
                    AdvanceEpoch(appends[0], ref epoch);

                return alone;
            }

            _savepoint.ExecuteNonQuery();
            var outcome = WriteAll(appends, out var written);
            if (outcome.Kind != AppendOutcomeKind.Accepted)
                _rollbackToSavepoint.ExecuteNonQuery();

            _release.ExecuteNonQuery();
            if (outcome.Kind == AppendOutcomeKind.Accepted && written > 0)
            {
                foreach (var append in appends)
                    AdvanceEpoch(append, ref epoch);
            }

            return outcome;
        }

        public void Dispose()
        {
            foreach (var command in _commands)
                command.Dispose();

            _connection.Dispose(); // rolls back what is open
        }

        private AppendOutcome WriteAll(IReadOnlyList<StreamAppend> appends, out int written)
        {
            written = 0;
            var present = 0;
            foreach (var append in appends)
            {
                for (var index = 0; index < append.Entries.Length; index++)
                {
                    var outcome = WriteEntry(append, index, out var isNew);
                    if (outcome.Kind != AppendOutcomeKind.Accepted)
                        return outcome;

                    if (isNew)
                        written++;
                    else
                        present++;

                    // An append is there whole or not at all, so some of it there means that another writer's append begins alike.
                    if (written > 0 && present > 0)
                        return new AppendOutcome(AppendOutcomeKind.Fenced, append.Stream);
                }
            }

            return AppendOutcome.Accepted;
        }

        private AppendOutcome WriteEntry(StreamAppend append, int index, out bool isNew)
        {
            isNew = false;
            if (index == 0 && append.Base.Seq > 0 && FindHash(append.Stream, append.Base.Seq) != append.Base.Hash)
                return new AppendOutcome(AppendOutcomeKind.Fenced, append.Stream);

            var entry = append.Entries[index];
            if (Insert(entry))
            {
                isNew = true;
                return AppendOutcome.Accepted;
            }

            return FindHash(entry.Stream, entry.Seq) switch
            {
                null => new AppendOutcome(AppendOutcomeKind.DecisionExists, append.Stream, entry.Workload),
                { } hash when hash == entry.Hash => AppendOutcome.Accepted,
                _ => new AppendOutcome(AppendOutcomeKind.Fenced, append.Stream),
            };
        }

        private bool Insert(LedgerEntry entry)
        {
            entry.Previous.CopyTo(_prevBytes);
            entry.Hash.CopyTo(_hashBytes);
            _stream.Value = entry.Stream.Value;
            _seq.Value = entry.Seq;
            _kind.Value = entry.Kind;
            _tenant.Value = entry.Stream.Tenant.Value;
            if (entry.Workload is { } workload)
            {
                workload.Value.TryWriteBytes(_workloadBytes, bigEndian: true, out _);
                _workload.Value = _workloadBytes;
                _slot.Value = entry.Slot;
            }
            else
            {
                _workload.Value = DBNull.Value;
                _slot.Value = DBNull.Value;
            }

            _at.Value = SqliteLedgerRow.ToUnixMicroseconds(entry.At);
            _text.Value = MemoryMarshal.TryGetArray(entry.Text, out var segment) && segment.Count == segment.Array!.Length
                ? segment.Array
                : entry.Text.ToArray();
            return _insert.ExecuteNonQuery() == 1;
        }

        private EntryHash? FindHash(StreamId stream, long seq)
        {
            _findStream.Value = stream.Value;
            _findSeq.Value = seq;
            using var reader = _findHash.ExecuteReader();
            return reader.Read() ? new EntryHash(reader.GetFieldValue<byte[]>(0)) : null;
        }

        private void AdvanceEpoch(StreamAppend append, ref long epoch)
        {
            if (!append.ChangesAuthority)
                return;

            _changedStream.Value = append.Stream.Value;
            _advanceEpoch.ExecuteNonQuery();
            epoch++;
        }

        private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
        {
            var command = _connection.CreateCommand();
            _commands.Add(command);
            command.CommandText = sql;
            foreach (var parameter in parameters)
                command.Parameters.Add(new SqliteParameter(parameter, null));

            command.Prepare();
            return command;
        }
    }
}
