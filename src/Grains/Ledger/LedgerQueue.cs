using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>
/// What waits to be written: bounded, in order within each stream, and fair. Tenants take turns, and within a tenant its
/// streams do, one append at a time. If changes of authority go apart, they have turns of their own: then no commit mixes
/// the two, and neither waits behind the other unless on the same stream. Not safe for several threads.
/// </summary>
internal sealed class LedgerQueue(LedgerOptions options)
{
    private readonly Dictionary<StreamId, StreamQueue> _streams = [];
    private readonly Dictionary<TenantId, TenantQueue> _tenants = [];
    private readonly LedgerTurns _turns = new();
    private readonly LedgerTurns _turnsOfAuthority = new();

    /// <summary>How many entries wait.</summary>
    public int Entries { get; private set; }

    /// <summary>What they weigh.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether there may be something to take.</summary>
    /// <param name="ofAuthority">Whether among changes of authority, if they go apart, or among the rest.</param>
    public bool HasTurns(bool ofAuthority) => (ofAuthority ? _turnsOfAuthority : _turns).Any;

    /// <summary>Lets an append wait.</summary>
    /// <exception cref="UnavailableException">A bound would be exceeded; nothing has changed.</exception>
    public void Enqueue(PendingAppend append)
    {
        var (reservedEntries, reservedBytes) = append.TakesAway
            ? (options.AuthorityEntriesReserved, options.AuthorityBytesReserved)
            : (0, 0L);
        if (Entries + append.Entries > options.EntriesQueuedMax + reservedEntries)
            throw UnavailableException.Overloaded($"{Entries} ledger entries are waiting to be written");

        if (Bytes + append.Bytes > options.BytesQueuedMax + reservedBytes)
            throw UnavailableException.Overloaded($"{Bytes} bytes of ledger entries are waiting to be written");

        // An append weighs on the tenant of its first stream.
        var first = FindOrAdd(append.Appends[0].Stream);
        var tenant = first.Tenant;
        if (tenant.Entries + append.Entries > options.EntriesQueuedPerTenantMax + reservedEntries)
        {
            RemoveIfIdle(first);
            throw UnavailableException.Overloaded($"{tenant.Entries} ledger entries of tenant {tenant.Tenant} are waiting to be written");
        }

        var queues = new StreamQueue[append.Appends.Count];
        queues[0] = first;
        for (var index = 1; index < queues.Length; index++)
            queues[index] = FindOrAdd(append.Appends[index].Stream);

        append.Queues = queues;
        foreach (var queue in queues)
        {
            queue.Appends.Enqueue(append);
            if (queue.Lane == StreamQueue.OnTheGround)
                Ready(queue);
        }

        Entries += append.Entries;
        Bytes += append.Bytes;
        tenant.Entries += append.Entries;
        LedgerInstruments.Queued(append.Entries);
    }

    /// <summary>
    /// Moves what the next commit carries from the queue into <paramref name="batch"/>. Its streams are closed to other
    /// lanes until <see cref="Land"/>.
    /// </summary>
    /// <param name="lane">Who carries it.</param>
    /// <param name="ofAuthority">Whether it carries changes of authority, if they go apart, or the rest.</param>
    /// <param name="batch">What the next commit carries.</param>
    public void Take(int lane, bool ofAuthority, List<PendingAppend> batch)
    {
        var turns = ofAuthority ? _turnsOfAuthority : _turns;
        var entries = 0;
        var bytes = 0L;
        while (turns.TryPeek(out var stream))
        {
            // One that has to wait for another stream or lane loses its turn, and gets it back when that is through.
            if (!stream.Appends.TryPeek(out var append) || TurnsOf(stream) != turns || !CanFly(append, lane))
            {
                turns.Skip();
                if (stream.Appends.Count > 0 && TurnsOf(stream) != turns)
                    Ready(stream); // those in front of it were dropped
                continue;
            }

            if (batch.Count > 0 && (entries + append.Entries > options.EntriesPerBatchMax || bytes + append.Bytes > options.BytesPerBatchMax))
                return;

            turns.Next();
            batch.Add(append);
            entries += append.Entries;
            bytes += append.Bytes;
            Forget(append);
            foreach (var queue in append.Queues)
            {
                queue.Appends.Dequeue();
                queue.Lane = lane;
            }

            foreach (var queue in append.Queues)
            {
                if (queue.Appends.Count > 0)
                    Ready(queue); // it may follow in the same commit, after its neighbours
            }
        }
    }

    /// <summary>Opens the streams of a batch again.</summary>
    public void Land(int lane, List<PendingAppend> batch)
    {
        foreach (var append in batch)
        {
            foreach (var queue in append.Queues)
            {
                if (queue.Lane != lane)
                    continue; // another append of the batch has opened it

                queue.Lane = StreamQueue.OnTheGround;
                if (queue.Appends.Count > 0)
                    Ready(queue);
                else
                    RemoveIfIdle(queue);
            }
        }
    }

    /// <summary>Removes everything that waits on the streams of <paramref name="failed"/>, and what waits behind that on other streams.</summary>
    public void DropBehind(PendingAppend failed, ICollection<PendingAppend> dropped)
    {
        foreach (var queue in failed.Queues)
        {
            if (queue.Appends.Count > 0)
                DropFrom(queue, null, dropped);
        }
    }

    /// <summary>Removes everything.</summary>
    public void DropAll(ICollection<PendingAppend> dropped)
    {
        foreach (var queue in _streams.Values.ToList())
        {
            if (queue.Appends.Count > 0)
                DropFrom(queue, null, dropped);
        }
    }

    // From the append "first" on, or from the front of the queue.
    private void DropFrom(StreamQueue queue, PendingAppend? first, ICollection<PendingAppend> dropped)
    {
        var work = new Stack<(StreamQueue Queue, PendingAppend? First)>();
        work.Push((queue, first));
        while (work.TryPop(out var next))
        {
            var kept = new Queue<PendingAppend>();
            var isBehind = next.First is null;
            foreach (var append in next.Queue.Appends)
            {
                isBehind |= append == next.First;
                if (!isBehind)
                {
                    kept.Enqueue(append);
                    continue;
                }

                // Its other queues drop it, too; the first to see it takes it off the books.
                if (append.Queues.Length > 1)
                {
                    foreach (var other in append.Queues)
                    {
                        if (other != next.Queue && other.Appends.Contains(append))
                            work.Push((other, append));
                    }
                }

                if (!append.IsDropped)
                {
                    append.IsDropped = true;
                    dropped.Add(append);
                    Forget(append);
                }
            }

            next.Queue.Appends = kept;
            if (kept.Count > 0 && next.Queue.Lane == StreamQueue.OnTheGround)
                Ready(next.Queue);
            else
                RemoveIfIdle(next.Queue);
        }
    }

    private static bool CanFly(PendingAppend append, int lane)
    {
        foreach (var queue in append.Queues)
        {
            if (queue.Lane != StreamQueue.OnTheGround && queue.Lane != lane || queue.Appends.Peek() != append)
                return false;
        }

        return true;
    }

    private void Forget(PendingAppend append)
    {
        Entries -= append.Entries;
        Bytes -= append.Bytes;
        append.Queues[0].Tenant.Entries -= append.Entries;
        LedgerInstruments.Queued(-append.Entries);
    }

    private void Ready(StreamQueue queue) => TurnsOf(queue).Add(queue);

    private LedgerTurns TurnsOf(StreamQueue queue) =>
        options.AuthorityGoesApart && queue.Appends.Peek().ChangesAuthority ? _turnsOfAuthority : _turns;

    private StreamQueue FindOrAdd(StreamId stream)
    {
        if (_streams.TryGetValue(stream, out var queue))
            return queue;

        var name = stream.Tenant;
        if (!_tenants.TryGetValue(name, out var tenant))
            _tenants.Add(name, tenant = new TenantQueue(name));

        tenant.Streams++;
        queue = new StreamQueue(stream, tenant);
        _streams.Add(stream, queue);
        return queue;
    }

    private void RemoveIfIdle(StreamQueue queue)
    {
        if (queue.Appends.Count > 0 || queue.Lane != StreamQueue.OnTheGround || !_streams.Remove(queue.Stream))
            return;

        if (--queue.Tenant.Streams == 0)
            _tenants.Remove(queue.Tenant.Tenant);
    }
}
