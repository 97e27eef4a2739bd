using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>
/// The one thread that commits. SQLite blocks its caller until the disk has answered; on a thread of its own it blocks
/// nobody, and a commit costs one wake-up.
/// </summary>
internal sealed class SqliteCommitThread : IDisposable
{
    private readonly Func<IReadOnlyList<IReadOnlyList<StreamAppend>>, LedgerCommit> _commit;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly Queue<Work> _work = new();
    private readonly SemaphoreSlim _available = new(0);
    private bool _stopped;

    public SqliteCommitThread(Func<IReadOnlyList<IReadOnlyList<StreamAppend>>, LedgerCommit> commit)
    {
        _commit = commit;
        _thread = new Thread(Run) { Name = "GenOps ledger commits", IsBackground = true };
        _thread.UnsafeStart();
    }

    /// <summary>Queues a batch. Work whose token is cancelled before its turn is never started.</summary>
    public Task<LedgerCommit> CommitAsync(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken)
    {
        var work = new Work(batch, cancellationToken);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            _work.Enqueue(work);
        }

        _available.Release();
        return work.Task;
    }

    /// <summary>Finishes what is queued and ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopped)
                return;

            _stopped = true;
        }

        _available.Release();
        _thread.Join();
        _available.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _available.Wait();
            Work? work;
            lock (_gate)
            {
                if (!_work.TryDequeue(out work))
                    return; // only stopping releases without work
            }

            if (work.CancellationToken.IsCancellationRequested)
            {
                work.TrySetException(new LedgerStoreException("the commit was given up before it began", nothingWritten: true));
                continue;
            }

            try
            {
                work.TrySetResult(_commit(work.Batch));
            }
            catch (Exception exception)
            {
                work.TrySetException(exception);
            }
        }
    }

    // What follows a commit runs elsewhere: a caller that went on here to dispose the store would wait for itself.
    private sealed class Work(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken)
        : TaskCompletionSource<LedgerCommit>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public IReadOnlyList<IReadOnlyList<StreamAppend>> Batch { get; } = batch;

        public CancellationToken CancellationToken { get; } = cancellationToken;
    }
}
