using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// Look-ups of workloads in the ledger that are under way, and whether the actor itself wrote about one meanwhile: what
/// such a look-up finds is of the past, and must not be decided upon.
/// </summary>
internal sealed class WorkloadLookups
{
    private readonly Dictionary<WorkloadId, (int UnderWay, long Changes)> _byId = [];

    /// <summary>Begins one; what it returns is handed to <see cref="End"/>.</summary>
    public long Begin(WorkloadId id)
    {
        var (underWay, changes) = _byId.GetValueOrDefault(id);
        _byId[id] = (underWay + 1, changes);
        return changes;
    }

    /// <summary>Ends one; true if nothing was written about the workload since it began.</summary>
    public bool End(WorkloadId id, long changesBefore)
    {
        var (underWay, changes) = _byId[id];
        if (underWay == 1)
            _byId.Remove(id);
        else
            _byId[id] = (underWay - 1, changes);
        return changes == changesBefore;
    }

    /// <summary>Whatever the look-ups that are under way find is of the past.</summary>
    public void ChangedAll()
    {
        foreach (var id in _byId.Keys.ToArray())
            Changed(id);
    }

    /// <summary>Something was written about the workload.</summary>
    public void Changed(WorkloadId id)
    {
        if (_byId.TryGetValue(id, out var lookup))
            _byId[id] = (lookup.UnderWay, lookup.Changes + 1);
    }
}
