using System.Diagnostics;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Overload;

/// <summary>
/// The places for decisions under way on this silo, shared fairly among the tenants that ask. What waits further inside
/// waits in nobody's order, so the door keeps one tenant's flood from becoming everybody's waiting time: whoever comes when
/// all places are taken, and has its share under way, waits behind its own, a bounded number for a bounded time. What others
/// leave free is anybody's but for one share; their own they get all the same, at once, beyond what there is. Settlements,
/// revocations and administration take no place: they are bounded by what was decided, and must get through.
/// </summary>
internal sealed class DecisionPlaces : IDisposable
{
    private readonly OverloadOptions _options;
    private readonly TimeProvider _time;
    private readonly ProcessorProbe _probe;
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, Share> _shares = [];
    private readonly LinkedList<Share> _queues = []; // those of which some wait, the one whose turn it is first
    private int _taken;
    private int _waiting;
    private readonly int _sharedMax;
    private double _shared;
    private long _prunedAt;

    /// <summary>All places free.</summary>
    public DecisionPlaces(IOptions<OverloadOptions> options, TimeProvider time)
    {
        (_options, _time, _prunedAt) = (options.Value, time, time.GetTimestamp());
        _shared = _sharedMax = Math.Min(_options.DecisionsAtOnceMax, _options.DecisionsSharedMax);
        _probe = new ProcessorProbe(time, static () => ThreadPool.PendingWorkItemCount > 0, Adapt);
    }

    /// <summary>
    /// Decisions that wait for the ledger, or for another silo, are in nobody's way: more of them may begin. Where work waits
    /// for a processor, one more only makes all of them slower, those of the other tenants as well.
    /// </summary>
    /// <param name="isWorkWaiting">Whether work waits for a thread just now.</param>
    public void Adapt(bool isWorkWaiting)
    {
        // From very many to very few takes a tenth of a second. With few, the number settles where about every ninth look
        // finds work waiting: busy processors, and hardly a queue.
        lock (_gate)
        {
            _shared = isWorkWaiting ? Math.Max(1, Math.Min(_shared - 1, _shared * 0.8)) : Math.Min(_sharedMax, _shared + 0.125);
            LetAnyIn();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _probe.Dispose();

    /// <summary>Takes a place, and waits for one if the tenant has its share under way; disposing the lease gives it back.</summary>
    /// <exception cref="UnavailableException"><c>overloaded</c>: as many of the tenant's wait as may, or none was given back in time.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public ValueTask<Lease> TakeAsync(TenantId tenant, CancellationToken cancellationToken = default)
    {
        var now = _time.GetTimestamp();
        Share? share;
        LinkedListNode<TaskCompletionSource> waiter;
        lock (_gate)
        {
            if (!_shares.TryGetValue(tenant, out share))
                _shares.Add(tenant, share = new Share(tenant));

            // Whoever asks shares, so that nobody else is alone because of it.
            share.AskedAt = now;
            PruneSometimes(now, share);
            if (share.Waiting.Count == 0 && HasPlace(share))
            {
                Take(share);
                return new(new Lease(this, share));
            }

            if (_waiting >= _options.DecisionsWaitingMax && share.Waiting.Count >= _options.DecisionsWaitingMax / _shares.Count)
                throw Overloaded(share);

            // Whoever gives a place back must not run what its successor does next.
            waiter = share.Waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _waiting++;
            if (share.Waiting.Count == 1)
                _queues.AddLast(share.Queue);
        }

        OverloadInstruments.Waiting(1);
        return WaitAsync(share, waiter, cancellationToken);
    }

    // None shares when the last that was under way ends long after it asked.
    private bool IsShared => _shares.Count > 1;

    // Of what is shared, one tenant's share is always left for whoever comes next.
    private bool IsAnyFree => _taken < (IsShared ? (int)(_shared - _shared / _shares.Count) : _options.DecisionsAtOnceMax);

    private bool HasPlace(Share share) => IsAnyFree || IsBelowShare(share);

    private bool IsBelowShare(Share share) =>
        IsShared && share.Taken < Math.Max(_options.DecisionsPerTenantMin, (int)_shared / _shares.Count);

    private void Take(Share share)
    {
        share.Taken++;
        _taken++;
        OverloadInstruments.Taken(1);
    }

    private async ValueTask<Lease> WaitAsync(Share share, LinkedListNode<TaskCompletionSource> waiter, CancellationToken cancellationToken)
    {
        try
        {
            await waiter.Value.Task.WaitAsync(_options.WaitMax, _time, cancellationToken);
            return new Lease(this, share);
        }
        catch (Exception ended) when (ended is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                // Still in the queue: the wait is over without a place. Otherwise one was given at the last moment.
                if (waiter.List is not null)
                {
                    Leave(share, waiter);
                    if (ended is TimeoutException)
                        throw Overloaded(share);
                    throw;
                }
            }

            if (ended is TimeoutException)
                return new Lease(this, share);
            GiveBack(share);
            throw;
        }
        finally
        {
            OverloadInstruments.Waiting(-1);
        }
    }

    private UnavailableException Overloaded(Share share)
    {
        OverloadInstruments.Refused();
        return UnavailableException.Overloaded(
            $"{share.Taken} decisions of tenant {share.Tenant} are under way on this silo and {share.Waiting.Count} wait; send the same request again, with the same id, after a pause", _options.RetryAfter);
    }

    /// <summary>Those who have gone quiet make room for the others; often enough is twice in the time that they count.</summary>
    private void PruneSometimes(long now, Share? asks = null)
    {
        if (_time.GetElapsedTime(_prunedAt, now) * 2 < _options.ShareFor)
            return;

        _prunedAt = now;
        var before = _shares.Count;
        foreach (var (tenant, share) in _shares)
        {
            if (share != asks && share.Taken == 0 && share.Waiting.Count == 0 && _time.GetElapsedTime(share.AskedAt, now) >= _options.ShareFor)
                _shares.Remove(tenant);
        }

        if (_shares.Count == before)
            return;
        foreach (var share in _queues.ToArray())
        {
            while (share.Waiting.First is { } next && IsBelowShare(share))
                LetIn(share, next);
        }

        LetAnyIn();
    }

    private void GiveBack(Share share)
    {
        lock (_gate)
        {
            Debug.Assert(share.Taken > 0);
            share.Taken--;
            _taken--;
            OverloadInstruments.Taken(-1);
            PruneSometimes(_time.GetTimestamp());
            if (IsShared)
                _probe.Ask();
            LetIn(share);
        }
    }

    /// <summary>
    /// Lets in whoever has a place now that one of <paramref name="share"/> was given back: by its tenant's share its own,
    /// and in turn anybody's while some are free.
    /// </summary>
    private void LetIn(Share share)
    {
        if (share.Waiting.First is { } own && IsBelowShare(share))
            LetIn(share, own);
        LetAnyIn();
    }

    private void LetAnyIn()
    {
        while (IsAnyFree && _queues.First?.Value is { Waiting.First: { } next } first)
            LetIn(first, next);
    }

    private void LetIn(Share share, LinkedListNode<TaskCompletionSource> waiter)
    {
        Leave(share, waiter);
        Take(share);
        if (share.Waiting.Count > 0)
        {
            // The next turn is another tenant's.
            _queues.Remove(share.Queue);
            _queues.AddLast(share.Queue);
        }

        waiter.Value.SetResult();
    }

    private void Leave(Share share, LinkedListNode<TaskCompletionSource> waiter)
    {
        share.Waiting.Remove(waiter);
        _waiting--;
        if (share.Waiting.Count == 0)
            _queues.Remove(share.Queue);
    }

    /// <summary>A place that was taken.</summary>
    public readonly struct Lease(DecisionPlaces places, Share share) : IDisposable
    {
        /// <summary>Gives it back; once.</summary>
        public void Dispose() => places.GiveBack(share);
    }

    /// <summary>What one tenant has under way, and what of its waits.</summary>
    internal sealed class Share
    {
        public Share(TenantId tenant)
        {
            Tenant = tenant;
            Queue = new LinkedListNode<Share>(this);
        }

        public TenantId Tenant { get; }

        /// <summary>Its place among those of which some wait.</summary>
        public LinkedListNode<Share> Queue { get; }

        public int Taken { get; set; }

        public long AskedAt { get; set; }

        public LinkedList<TaskCompletionSource> Waiting { get; } = [];
    }
}
