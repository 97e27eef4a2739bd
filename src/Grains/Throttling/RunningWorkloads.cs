using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Throttling;

/// <summary>The workloads of which something is to be corrected at their end; bounded in number and in time.</summary>
/// <param name="options">How many, and how long after they lapsed.</param>
internal sealed class RunningWorkloads(ThrottleOptions options)
{
    private readonly Dictionary<WorkloadId, (RunningWorkload Workload, long ForgetAt)> _byId = [];
    private readonly SortedSet<(long ForgetAt, WorkloadId Id)> _byTime = [];

    public bool Contains(WorkloadId id) => _byId.ContainsKey(id);

    public void Add(WorkloadId id, RunningWorkload workload, DateTimeOffset expiresAt, DateTimeOffset now)
    {
        Forget(now);
        while (_byId.Count >= options.WorkloadsMax)
            Remove(_byTime.Min.Id);
        Put(id, workload, expiresAt);
    }

    public void Extend(WorkloadId id, DateTimeOffset expiresAt)
    {
        if (Remove(id) is { } workload)
            Put(id, workload, expiresAt);
    }

    public RunningWorkload? Remove(WorkloadId id)
    {
        if (!_byId.Remove(id, out var found))
            return null;

        _byTime.Remove((found.ForgetAt, id));
        return found.Workload;
    }

    public bool IsEmpty(DateTimeOffset now)
    {
        Forget(now);
        return _byId.Count == 0;
    }

    private void Put(WorkloadId id, RunningWorkload workload, DateTimeOffset expiresAt)
    {
        var forgetAt = expiresAt.UtcTicks + options.LateReportsFor.Ticks;
        _byId.Add(id, (workload, forgetAt));
        _byTime.Add((forgetAt, id));
    }

    private void Forget(DateTimeOffset now)
    {
        while (_byTime.Count > 0 && _byTime.Min is var (forgetAt, id) && forgetAt <= now.UtcTicks)
            Remove(id);
    }
}
