using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>
/// Commits one batch after the other. SQLite blocks its caller until the disk has answered; on a thread of its own it
/// blocks nobody. Waking that thread and being woken by it costs a lone append more than all of its work, so a lone
/// append commits on the thread pool, where its caller has just come from: one thread of the pool at most waits there.
/// </summary>
internal sealed class SqliteCommitThread : IDisposable
{
    private readonly Func<IReadOnlyList<IReadOnlyList<StreamAppend>>, LedgerCommit> _commit;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly Lock _committing = new(); // taken before _gate
    private readonly Queue<Work> _work = new();
    private readonly SemaphoreSlim _available = new(0);
    private int _unfinished;
    private bool _stopped;

    public SqliteCommitThread(Func<IReadOnlyList<IReadOnlyList<StreamAppend>>, LedgerCommit> commit)
    {
        _commit = commit;
        _thread = new Thread(Run) { Name = "GenOps ledger commits", IsBackground = true };
        _thread.UnsafeStart();
    }

    /// <summary>
    /// Queues a batch. Work whose token is cancelled before its turn is never started. What follows the task may run where
    /// the commit ran.
    /// </summary>
    public Task<LedgerCommit> CommitAsync(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken)
    {
        var work = new Work(batch, cancellationToken);
        bool isAlone;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            _work.Enqueue(work);
            isAlone = _unfinished++ == 0 && batch.Count == 1;
        }

        // Every piece of work calls for one turn, on whichever thread, and every turn takes what is first in the queue.
        if (isAlone)
            ThreadPool.UnsafeQueueUserWorkItem(static commits => commits.TakeTurn(), this, preferLocal: true);
        else
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

        // A caller that goes on where its commit ran may be on the thread itself: then nothing is queued that it could wait for.
        _available.Release();
        if (Thread.CurrentThread != _thread)
            _thread.Join();
        while (TakeTurn())
        {
            // The thread pool has not come to it yet.
        }

        lock (_committing)
        {
            // The thread pool may be in the middle of a commit.
        }
    }

    private void Run()
    {
        while (true)
        {
            _available.Wait();
            if (!TakeTurn())
            {
                lock (_gate)
                {
                    if (_stopped)
                        return;
                }
            }
        }
    }

    private bool TakeTurn()
    {
        Work? work;
        LedgerCommit? result = null;
        Exception? failure = null;
        lock (_committing)
        {
            lock (_gate)
            {
                if (!_work.TryDequeue(out work))
                    return false;
            }

            try
            {
                if (work.CancellationToken.IsCancellationRequested)
                    failure = new LedgerStoreException("the commit was given up before it began", nothingWritten: true);
                else
                    result = _commit(work.Batch);
            }
            catch (Exception exception)
            {
                failure = exception;
            }

            lock (_gate)
                _unfinished--;
        }

        // Not in the lock: whoever goes on here may commit again, or dispose the store.
        if (failure is null)
            work.TrySetResult(result!);
        else
            work.TrySetException(failure);
        return true;
    }

    private sealed class Work(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken)
        : TaskCompletionSource<LedgerCommit>
    {
        public IReadOnlyList<IReadOnlyList<StreamAppend>> Batch { get; } = batch;

        public CancellationToken CancellationToken { get; } = cancellationToken;
    }
}
