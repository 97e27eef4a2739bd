using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Ledger;

/// <summary>
/// The silo's one writer of the ledger. What is queued while a commit is under way goes into the next one, so a lone
/// append never waits for company, and many share one round trip to the disk.
/// </summary>
public sealed class LedgerWriter : ILedger, IAsyncDisposable
{
    private readonly ILedgerStore _store;
    private readonly LedgerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<LedgerWriter> _logger;

    private readonly Lock _gate = new();
    private readonly LedgerQueue _queue; // under _gate, like everything of type bool
    private readonly bool[] _isLaneBusy;
    private readonly List<PendingAppend>[] _batches; // each used by its lane alone
    private readonly CancellationTokenSource _aborted = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isStopping;
    private TaskCompletionSource? _gathering; // under _gate
    private int _awaited; // under _gate

    /// <summary>Creates the writer; nothing is under way until the first append.</summary>
    public LedgerWriter(ILedgerStore store, IOptions<LedgerOptions> options, TimeProvider clock, ILogger<LedgerWriter> logger)
    {
        _store = store;
        _options = options.Value;
        _clock = clock;
        _logger = logger;
        _queue = new LedgerQueue(_options);
        var lanes = _options.CommitsAtOnceMax + (_options.AuthorityGoesApart ? 1 : 0);
        _isLaneBusy = new bool[lanes];
        _batches = new List<PendingAppend>[lanes];
        for (var lane = 0; lane < _batches.Length; lane++)
            _batches[lane] = [];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The entries don't follow from their base: a bug of the caller.</exception>
    public Task<Epoch> AppendAllAsync(IReadOnlyList<StreamAppend> appends)
    {
        var pending = new PendingAppend(appends, _clock.GetTimestamp());
        int lane;
        TaskCompletionSource? full;
        try
        {
            lock (_gate)
            {
                if (_isStopping)
                    throw UnavailableException.Unreachable("this node is stopping");

                _queue.Enqueue(pending);
                full = EndGathering(pending);
                lane = FindIdleLane(_options.AuthorityGoesApart && pending.ChangesAuthority);
            }
        }
        catch (UnavailableException unavailable)
        {
            LedgerInstruments.AppendFailed(unavailable.Code);
            throw;
        }

        if (lane >= 0)
            Start(lane);

        full?.TrySetResult();
        return pending.Task;
    }

    /// <summary>Refuses further appends, writes what is queued, and after <see cref="LedgerOptions.DrainTimeout"/> gives up the rest.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isStopping)
                return;

            _isStopping = true;
            SetDrainedIfIdle();
        }

        try
        {
            await _drained.Task.WaitAsync(_options.DrainTimeout, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            List<PendingAppend> dropped = [];
            lock (_gate)
                _queue.DropAll(dropped);

            _logger.StoppedUnwritten(dropped.Count, (long)_options.DrainTimeout.TotalMilliseconds);
            foreach (var append in dropped)
                Fail(append, new LedgerUnknownException("this node stopped before the ledger took the entries"), LedgerInstruments.Stopped);

            // Ends the waiting for the store, so that the lanes come to their end.
            await _aborted.CancelAsync().ConfigureAwait(false);
            await _drained.Task.ConfigureAwait(false);
        }

        _aborted.Dispose();
    }

    // The last one carries changes of authority, if they go apart.
    private bool IsOfAuthority(int lane) => lane == _options.CommitsAtOnceMax;

    /// <summary>What is to be told, outside the lock, that as many came as were awaited; null if they did not.</summary>
    private TaskCompletionSource? EndGathering(PendingAppend came)
    {
        if (_gathering is not { } gathering || (_options.AuthorityGoesApart && came.ChangesAuthority) || --_awaited > 0)
            return null;

        _gathering = null;
        return gathering;
    }

    private int FindIdleLane(bool ofAuthority)
    {
        var (first, count) = ofAuthority ? (_options.CommitsAtOnceMax, 1) : (0, _options.CommitsAtOnceMax);
        var lane = Array.IndexOf(_isLaneBusy, false, first, count);
        if (lane >= 0)
            _isLaneBusy[lane] = true;

        return lane;
    }

    // The first append goes to the store on its caller's thread: for a lone caller that is one change of threads less.
    private void Start(int lane)
    {
        // The lane outlives this call and must not drag its caller's activity and request context along.
        if (ExecutionContext.IsFlowSuppressed())
        {
            _ = RunAsync(lane);
            return;
        }

        using (ExecutionContext.SuppressFlow())
            _ = RunAsync(lane);
    }

    private async Task RunAsync(int lane)
    {
        var batch = _batches[lane];
        try
        {
            while (true)
            {
                int idle;
                int idleOfAuthority;
                lock (_gate)
                {
                    _queue.Take(lane, IsOfAuthority(lane), batch);
                    if (batch.Count == 0)
                        _isLaneBusy[lane] = false;

                    // What has landed, and what was taken, may have given others their turn.
                    idle = _queue.HasTurns(ofAuthority: false) ? FindIdleLane(ofAuthority: false) : -1;
                    idleOfAuthority = _queue.HasTurns(ofAuthority: true) ? FindIdleLane(ofAuthority: true) : -1;
                    SetDrainedIfIdle();
                }

                if (idle >= 0)
                    Start(idle);
                if (idleOfAuthority >= 0)
                    Start(idleOfAuthority);
                if (batch.Count == 0)
                    return;

                // From here on no grain's scheduler is wanted: it may be gone when the store answers.
                var sentAt = _clock.GetTimestamp();
                await WriteAsync(batch).ConfigureAwait(false);
                var took = _clock.GetElapsedTime(sentAt);
                var answered = batch.Count;
                lock (_gate)
                {
                    _queue.Land(lane, batch);
                    batch.Clear();
                    idleOfAuthority = _queue.HasTurns(ofAuthority: true) ? FindIdleLane(ofAuthority: true) : -1;
                }

                if (idleOfAuthority >= 0)
                    Start(idleOfAuthority);
                if (answered > 1 && _options.GatherMax > TimeSpan.Zero && !IsOfAuthority(lane))
                    await GatherAsync(answered, took).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            Break(lane, batch, exception);
        }
    }

    /// <summary>
    /// Callers that were just answered together are likely to come again together, behind those that wait already. Waits
    /// until as many do, for twice the time at most that their commit took: a commit costs what many entries cost.
    /// </summary>
    private async Task GatherAsync(int answered, TimeSpan took)
    {
        // A clock may be moved, even the one that never should be.
        var longest = 2 * took;
        longest = longest < TimeSpan.Zero ? TimeSpan.Zero : longest < _options.GatherMax ? longest : _options.GatherMax;
        TaskCompletionSource full;
        lock (_gate)
        {
            var isFull = _queue.Entries >= _options.EntriesPerBatchMax || _queue.Bytes >= _options.BytesPerBatchMax;
            if (_isStopping || isFull || _gathering is not null)
                return;

            full = new TaskCompletionSource();
            (_gathering, _awaited) = (full, answered);
        }

        await Task.WhenAny(full.Task, Task.Delay(longest, _clock)).ConfigureAwait(false);
        lock (_gate)
        {
            if (_gathering == full)
                _gathering = null;
        }
    }

    // A bug. Better no ledger than one that answers nobody.
    private void Break(int lane, List<PendingAppend> batch, Exception exception)
    {
        _logger.WriterBroken(exception);
        List<PendingAppend> dropped = [.. batch];
        lock (_gate)
        {
            _isStopping = true;
            _queue.DropAll(dropped);
            _isLaneBusy[lane] = false;
            SetDrainedIfIdle();
        }

        foreach (var append in dropped)
            Fail(append, new LedgerUnknownException("the ledger's writer is broken; this node must be restarted", exception), LedgerInstruments.Unknown);
    }

    private void SetDrainedIfIdle()
    {
        if (_isStopping && _queue.Entries == 0 && Array.IndexOf(_isLaneBusy, true) < 0)
            _drained.TrySetResult();
    }

    /// <summary>Brings every append of the batch to its end. Never throws.</summary>
    private async Task WriteAsync(List<PendingAppend> batch)
    {
        var result = await CommitAsync(batch).ConfigureAwait(false);
        if (result.Commit is { } commit)
            Conclude(batch, commit);
        else if (result.Unknown is { } unknown)
            FailUnknown(batch, unknown);
        else
            await WriteEachAloneAsync(batch, result).ConfigureAwait(false);
    }

    // One bad entry must hurt only its own caller.
    private async Task WriteEachAloneAsync(List<PendingAppend> batch, CommitResult together)
    {
        _logger.BatchRefused(together.Refusal!, batch.Count);
        for (var index = 0; index < batch.Count; index++)
        {
            var append = batch[index];
            if (append.IsDropped)
                continue;

            List<PendingAppend> alone = [append];
            var result = await CommitAsync(alone).ConfigureAwait(false);
            if (result.Unknown is { } unknown)
            {
                FailUnknown(batch.FindAll(other => !other.Task.IsCompleted), unknown);
                return;
            }

            if (result.Commit is { } commit && commit.Outcomes[0].Kind == AppendOutcomeKind.Accepted)
            {
                Acknowledge(append, commit.Epoch);
                continue;
            }

            // What follows in this batch on its streams is not even tried.
            List<PendingAppend> failed = [append];
            foreach (var follower in batch[(index + 1)..])
            {
                if (!follower.IsDropped && failed.Exists(other => other.SharesStreamWith(follower)))
                {
                    follower.IsDropped = true;
                    failed.Add(follower);
                }
            }

            var dropped = DropBehind(failed);
            if (result.Commit is { } refused)
                FailOutcome(append, refused.Outcomes[0]);
            else
                Refuse(append, result.Refusal!);

            foreach (var follower in failed.Skip(1))
            {
                // An earlier attempt at the whole batch may still arrive, and bring this one with it.
                if (together.Doubt is { } doubt)
                    FailUnknown(follower, doubt);
                else
                    FailDropped(follower);
            }

            foreach (var follower in dropped)
                FailDropped(follower);
        }
    }

    /// <summary>Sends a batch until its outcome is known or the attempts are used up. Never throws.</summary>
    private async Task<CommitResult> CommitAsync(List<PendingAppend> batch)
    {
        // Not reused: a store that is no longer waited for may still be reading it.
        var parts = new IReadOnlyList<StreamAppend>[batch.Count];
        var entries = 0;
        for (var index = 0; index < parts.Length; index++)
        {
            parts[index] = batch[index].Appends;
            entries += batch[index].Entries;
        }

        LedgerInstruments.BatchSent(entries);
        var startedAt = _clock.GetTimestamp();
        var delay = _options.RetryDelay;
        Exception? doubt = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var remaining = _options.CommitTimeout - _clock.GetElapsedTime(startedAt);
                if (remaining <= TimeSpan.Zero)
                    throw new TimeoutException($"no answer within {_options.CommitTimeout.TotalMilliseconds} ms");

                var timeout = remaining < _options.AttemptTimeout ? remaining : _options.AttemptTimeout;
                var commit = await AttemptAsync(parts, timeout).ConfigureAwait(false);
                if (commit.Outcomes.Length != parts.Length)
                    throw new InvalidOperationException($"the store answered {commit.Outcomes.Length} outcomes for {parts.Length} appends");

                return new CommitResult(commit, null, null, doubt);
            }
            catch (LedgerStoreException exception) when (exception.NothingWritten)
            {
                return new CommitResult(null, exception, null, doubt);
            }
            catch (Exception exception)
            {
                doubt = exception;
                var elapsed = _clock.GetElapsedTime(startedAt);
                if (attempt >= _options.CommitAttemptsMax || elapsed + delay >= _options.CommitTimeout || _aborted.IsCancellationRequested)
                {
                    _logger.CommitGivenUp(exception, parts.Length, (long)elapsed.TotalMilliseconds);
                    return new CommitResult(null, null, exception, exception);
                }

                _logger.CommitOutcomeUnknown(exception, attempt, _options.CommitAttemptsMax, parts.Length);
                await Task.Delay(delay, _clock, _aborted.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                delay *= 2;
            }
        }
    }

    private async Task<LedgerCommit> AttemptAsync(IReadOnlyList<StreamAppend>[] parts, TimeSpan timeout)
    {
        var ending = new CancellationTokenSource(timeout, _clock);
        var aborted = _aborted.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), ending);
        Task<LedgerCommit>? commit = null;
        try
        {
            commit = _store.CommitAsync(parts, ending.Token);
            return await commit.WaitAsync(ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (ending.IsCancellationRequested)
        {
            throw new TimeoutException($"the store did not answer within {timeout.TotalMilliseconds} ms", exception);
        }
        finally
        {
            aborted.Dispose();
            ending.Dispose();
            if (commit is { IsCompleted: false })
                _ = ObserveAsync(commit);
        }
    }

    private async Task ObserveAsync(Task abandoned)
    {
        try
        {
            await abandoned.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _logger.AbandonedAttemptFailed(exception);
        }
    }

    private void Conclude(List<PendingAppend> batch, LedgerCommit commit)
    {
        List<PendingAppend>? failed = null;
        for (var index = 0; index < batch.Count; index++)
        {
            if (commit.Outcomes[index].Kind != AppendOutcomeKind.Accepted)
                (failed ??= []).Add(batch[index]);
        }

        // First everything behind a failure leaves the queue, then callers hear of it: one that reloads and appends again
        // must not find its new entries dropped with the old.
        var dropped = failed is null ? [] : DropBehind(failed);
        for (var index = 0; index < batch.Count; index++)
        {
            if (commit.Outcomes[index].Kind == AppendOutcomeKind.Accepted)
                Acknowledge(batch[index], commit.Epoch);
            else
                FailOutcome(batch[index], commit.Outcomes[index]);
        }

        foreach (var append in dropped)
            FailDropped(append);
    }

    private void Acknowledge(PendingAppend append, Epoch epoch)
    {
        LedgerInstruments.AppendAcknowledged(_clock.GetElapsedTime(append.QueuedAt));
        append.TrySetResult(epoch);
    }

    private void FailOutcome(PendingAppend append, AppendOutcome outcome)
    {
        var stream = outcome.Stream ?? append.Appends[0].Stream;
        if (outcome is { Kind: AppendOutcomeKind.DecisionExists, Workload: { } workload })
        {
            Fail(append, new DecisionExistsException(stream, workload), LedgerInstruments.DecisionExists);
            return;
        }

        _logger.AppendFenced(stream);
        Fail(append, new LedgerFencedException(stream, "another writer's entries stand where these should"), LedgerInstruments.Fenced);
    }

    private void Refuse(PendingAppend append, Exception refusal)
    {
        _logger.AppendRefused(refusal, append.Appends[0].Stream);
        Fail(append, new LedgerUnknownException($"the store refused the entries: {refusal.Message}", refusal), LedgerInstruments.Refused);
    }

    private void FailUnknown(List<PendingAppend> batch, Exception unknown)
    {
        var dropped = DropBehind(batch);
        foreach (var append in batch)
            FailUnknown(append, unknown);

        foreach (var append in dropped)
            FailDropped(append);
    }

    private static void FailUnknown(PendingAppend append, Exception unknown) =>
        Fail(
            append,
            new LedgerUnknownException($"nobody knows whether the entries are durable: {unknown.Message}", unknown),
            LedgerInstruments.Unknown);

    private List<PendingAppend> DropBehind(List<PendingAppend> failed)
    {
        List<PendingAppend> dropped = [];
        lock (_gate)
        {
            foreach (var append in failed)
                _queue.DropBehind(append, dropped);
        }

        return dropped;
    }

    private static void FailDropped(PendingAppend append) =>
        Fail(
            append,
            new LedgerFencedException(append.Appends[0].Stream, "an entry in front of this one failed"),
            LedgerInstruments.Dropped);

    private static void Fail(PendingAppend append, LedgerException exception, string failure)
    {
        LedgerInstruments.AppendFailed(failure);
        append.TrySetException(exception);
    }

    // One of the first three. Doubt: an attempt before has an unknown outcome, and may still arrive.
    private readonly record struct CommitResult(LedgerCommit? Commit, Exception? Refusal, Exception? Unknown, Exception? Doubt);
}
