using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// The ids of which an actor knows that they are recorded, although it holds nothing for them any more. Bounded: what
/// it has forgotten it looks up by the index. Without it a repeated id would be found out by the index too, but only
/// after the actor had built on an entry that fails.
/// </summary>
/// <param name="countMax">The most ids remembered.</param>
internal sealed class EndedWorkloads(int countMax)
{
    private readonly HashSet<WorkloadId> _ids = [];
    private readonly Queue<WorkloadId> _order = new();

    /// <summary>Ids made before this instant may have been forgotten.</summary>
    public DateTimeOffset Horizon { get; private set; } = DateTimeOffset.MaxValue;

    public void Reset(DateTimeOffset horizon)
    {
        _ids.Clear();
        _order.Clear();
        Horizon = horizon;
    }

    public void Add(WorkloadId id)
    {
        if (!_ids.Add(id))
            return;

        _order.Enqueue(id);
        if (_order.Count <= countMax)
            return;

        var forgotten = _order.Dequeue();
        _ids.Remove(forgotten);
        if (forgotten.MadeAt >= Horizon)
            Horizon = forgotten.MadeAt.AddMilliseconds(1);
    }

    /// <summary>Whether the ledger must be asked before <paramref name="id"/> is taken for new.</summary>
    public bool MayKnow(WorkloadId id) => id.MadeAt < Horizon || _ids.Contains(id);
}
