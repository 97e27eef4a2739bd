using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// The ids of which an actor knows that they are recorded, although it holds nothing for them any more. Bounded: what
/// it has forgotten it looks up by the index. Without it a repeated id would be found out by the index too, but only
/// after the actor had built on an entry that fails.
/// </summary>
/// <param name="countMax">The most ids remembered, and as many again of those that clocks ahead of the actor's have made.</param>
internal sealed class EndedWorkloads(int countMax)
{
    private readonly HashSet<WorkloadId> _ids = [];
    private readonly Queue<WorkloadId> _order = new();
    private readonly PriorityQueue<WorkloadId, DateTimeOffset> _ahead = new();

    /// <summary>Ids made before this instant may have been forgotten.</summary>
    public DateTimeOffset Horizon { get; private set; } = DateTimeOffset.MaxValue;

    public void Reset(DateTimeOffset horizon)
    {
        _ids.Clear();
        _order.Clear();
        _ahead.Clear();
        Horizon = horizon;
    }

    public void Add(WorkloadId id, DateTimeOffset now)
    {
        if (!_ids.Add(id))
            return;

        // An id that was made ahead of the clock takes its place in the order once the clock is there. Forgotten before,
        // it would take every new id of every client for one that may be known.
        while (_ahead.TryPeek(out _, out var madeAt) && madeAt <= now)
            _order.Enqueue(_ahead.Dequeue());

        if (id.MadeAt <= now)
            _order.Enqueue(id);
        else if (_ahead.Count < countMax)
            _ahead.Enqueue(id, id.MadeAt);
        else
            _order.Enqueue(_ahead.EnqueueDequeue(id, id.MadeAt));

        while (_order.Count > countMax)
            Forget(_order.Dequeue());
    }

    /// <summary>Whether the ledger must be asked before <paramref name="id"/> is taken for new.</summary>
    public bool MayKnow(WorkloadId id) => id.MadeAt < Horizon || _ids.Contains(id);

    private void Forget(WorkloadId id)
    {
        _ids.Remove(id);
        if (id.MadeAt >= Horizon)
            Horizon = id.MadeAt.AddMilliseconds(1);
    }
}
