using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>
/// Commits batches: all of a batch in one statement, and what that rejected in parts, until each append has its outcome.
/// </summary>
internal sealed class PostgresLedgerCommitter : IAsyncDisposable
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    private readonly PostgresSessionPool _data;
    private readonly PostgresSessionPool _authority;
    private readonly TimeProvider _time;

    public PostgresLedgerCommitter(NpgsqlDataSource source, int writeConnections, TimeProvider time)
    {
        _time = time;
        _data = new PostgresSessionPool(source, writeConnections);
        _authority = new PostgresSessionPool(source, 1);
    }

    /// <inheritdoc cref="ILedgerStore.CommitAsync"/>
    /// <param name="batch">The appends.</param>
    /// <param name="cancellationToken">
    /// Ends the waiting for a connection. What was sent is not called back, and completes in its own time: a server that is
    /// told to give up a commit for which its standby has not answered commits without the standby.
    /// </param>
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
            // Not given up under way: with several hosts, one that vanished would be asked first by every attempt, and the next
            // one never. The time that a connection may take bounds it.
            session = await pool.TakeAsync().ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
            {
                isSound = true;
                throw new LedgerStoreException("the commit was given up before it began: opening a connection took too long", nothingWritten: false);
            }

            work = new PostgresCommitWork(batch, session, changesAuthority);
            var commit = await CommitAsync(work, session, cancellationToken).ConfigureAwait(false);
            session.ThrowIfStandbyWasGivenUp();
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

    private async Task<LedgerCommit> CommitAsync(PostgresCommitWork work, PostgresCommitSession session, CancellationToken cancellationToken)
    {
        var gone = new CancellationTokenSource();
        var commit = work.CommitAsync(gone.Token);
        var givenUp = cancellationToken.UnsafeRegister(_ => _ = EndIfGoneAsync(commit, session, gone), null);
        await using (givenUp.ConfigureAwait(false))
            return await commit.ConfigureAwait(false);
    }

    // Once nobody waits for it any more: an answer that can't come must not hold its connection's place for ever.
    private async Task EndIfGoneAsync(Task commit, PostgresCommitSession session, CancellationTokenSource gone)
    {
        while (true)
        {
            await Task.WhenAny(commit, Task.Delay(AskEvery, _time)).ConfigureAwait(false);
            if (commit.IsCompleted)
                return;

            try
            {
                if (!await session.IsGoneAsync(CancellationToken.None).ConfigureAwait(false))
                    continue;
            }
            catch (ObjectDisposedException)
            {
                return; // the node has ended
            }
            catch (Exception exception) when (exception is NpgsqlException or IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                // A server that can't be asked can't be written to either: nothing is gained by ending it now.
                continue;
            }

            await gone.CancelAsync().ConfigureAwait(false);
            return;
        }
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
