using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>
/// Commits batches: all of a batch in one statement, and what that rejected in parts, until each append has its outcome.
/// </summary>
internal sealed class PostgresLedgerCommitter : IAsyncDisposable
{
    private readonly PostgresSessionPool _data;
    private readonly PostgresSessionPool _authority;

    public PostgresLedgerCommitter(NpgsqlDataSource source, int writeConnections)
    {
        _data = new PostgresSessionPool(source, writeConnections);
        _authority = new PostgresSessionPool(source, 1);
    }

    /// <inheritdoc cref="ILedgerStore.CommitAsync"/>
    public async Task<LedgerCommit> CommitAsync(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken)
    {
        var changesAuthority = ChangesAuthority(batch);
        var pool = changesAuthority ? _authority : _data;
        try
        {
            await pool.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception)
        {
            // Nothing of this attempt. But told so, the writer would send each append alone, each to wait here again.
            throw new LedgerStoreException("the commit was given up before it began: earlier ones hold all connections", nothingWritten: false, exception);
        }

        PostgresCommitSession? session = null;
        PostgresCommitWork? work = null;
        var isSound = false;
        try
        {
            session = await pool.TakeAsync(cancellationToken).ConfigureAwait(false);
            work = new PostgresCommitWork(batch, session, changesAuthority);
            var commit = await work.CommitAsync(cancellationToken).ConfigureAwait(false);
            isSound = true;
            return commit;
        }
        catch (Exception exception)
        {
            throw Translate(exception, work is { HasWritten: true });
        }
        finally
        {
            await pool.ReleaseAsync(session, isSound).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _data.DisposeAsync().ConfigureAwait(false);
        await _authority.DisposeAsync().ConfigureAwait(false);
    }

    private static bool ChangesAuthority(IReadOnlyList<IReadOnlyList<StreamAppend>> batch)
    {
        for (var index = 0; index < batch.Count; index++)
        {
            for (var part = 0; part < batch[index].Count; part++)
            {
                if (batch[index][part].ChangesAuthority)
                    return true;
            }
        }

        return false;
    }

    // Whoever hears "nothing written" sends each append alone and takes an answer for final; whoever hears that nobody
    // knows sends the same again. So an error that goes away by itself, or that an earlier attempt of the same append may
    // have caused, is never the former.
    private static LedgerStoreException Translate(Exception exception, bool hasWritten) => exception switch
    {
        LedgerStoreException known when !known.NothingWritten || !hasWritten => known,
        LedgerStoreException known => new LedgerStoreException(known.Message, nothingWritten: false, known),
        PostgresException refusal => new LedgerStoreException(
            $"PostgreSQL refused the batch: {refusal.MessageText} ({refusal.SqlState})", nothingWritten: !hasWritten && IsFinal(refusal), refusal),
        OperationCanceledException => new LedgerStoreException("the commit was given up while it was under way", nothingWritten: false, exception),
        _ => new LedgerStoreException($"PostgreSQL can't be reached, or did not answer: {exception.Message}", nothingWritten: false, exception),
    };

    // An ERROR ends the transaction before it commits. A FATAL may come after the commit, in place of its acknowledgement.
    private static bool IsFinal(PostgresException refusal) =>
        refusal.InvariantSeverity == "ERROR"
        && refusal.SqlState is not (
            PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.QueryCanceled
            or PostgresErrorCodes.ReadOnlySqlTransaction
            or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.SerializationFailure)
        && !refusal.SqlState.StartsWith("08", StringComparison.Ordinal)
        && !refusal.SqlState.StartsWith("57P", StringComparison.Ordinal);
}
