using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Agents;

/// <summary>
/// The workloads that an agent remembers, so that one id has one answer at a time and a reconciliation needs no
/// look-up. Bounded: what was asked first is forgotten first, and found in the ledger. Most agents are idle most of the
/// time, and then there is nothing here.
/// </summary>
/// <param name="countMax">The most workloads remembered.</param>
internal sealed class KnownWorkloads(int countMax)
{
    private Dictionary<WorkloadId, LinkedListNode<(WorkloadId Id, KnownWorkload Workload)>>? _byId;
    private LinkedList<(WorkloadId Id, KnownWorkload Workload)>? _byAge;

    public KnownWorkload? Find(WorkloadId id) => _byId is not null && _byId.TryGetValue(id, out var node) ? node.Value.Workload : null;

    public void Add(WorkloadId id, KnownWorkload workload)
    {
        _byId ??= [];
        _byAge ??= [];
        _byId.Add(id, _byAge.AddLast((id, workload)));
        while (_byId?.Count > countMax && _byAge?.First is { Value.Workload.Decision.IsCompleted: true } oldest)
            Forget(oldest.Value.Id);
    }

    public void Forget(WorkloadId id)
    {
        if (_byId?.Remove(id, out var node) != true)
            return;

        _byAge!.Remove(node!);
        if (_byId.Count == 0)
            Clear();
    }

    public void Clear()
    {
        _byId = null;
        _byAge = null;
    }
}
