using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Workloads;

/// <summary>
/// What this silo, and the cluster, remember about which agent a running workload belongs to. Only what was admitted is
/// remembered, which never changes in one incarnation of the ledger: an answer is right, or there is none.
/// </summary>
public sealed class WorkloadIndex(IGrainFactory grains, AuthorityWatch watch, TimeProvider time, ILogger<WorkloadIndex> logger)
{
    /// <summary>The most that this silo remembers by itself: what it admitted lately is often settled through it.</summary>
    private const int WorkloadsMax = 65_536;

    /// <summary>How long the cluster's memory is waited for. It answers in a fraction of it, unless its silo has gone.</summary>
    private static readonly TimeSpan AnswerMax = TimeSpan.FromMilliseconds(50);

    private readonly RecentlyUsed<WorkloadKey, AgentOfWorkload> _known = new(WorkloadsMax);

    /// <summary>The incarnation of the ledger, to be taken before what is to be remembered was asked or read.</summary>
    public Guid Ledger => watch.Current.Incarnation;

    /// <summary>Remembers a workload that was admitted, here and in the cluster.</summary>
    public void Remember(Guid ledger, TenantId tenant, WorkloadId id, AgentId agent)
    {
        Remember(new WorkloadKey(ledger, tenant, id), agent);
        Part(id).RememberAsync(ledger, tenant, id, agent).Ignore();
    }

    /// <summary>Remembers, here only, what the ledger says of a workload that was admitted.</summary>
    public void RememberHere(Guid ledger, TenantId tenant, WorkloadId id, AgentId agent) =>
        Remember(new WorkloadKey(ledger, tenant, id), agent);

    /// <summary>The agent; null if nobody remembers, or whoever may doesn't answer.</summary>
    public async ValueTask<AgentId?> FindAsync(TenantId tenant, WorkloadId id, CancellationToken cancellationToken = default)
    {
        var key = new WorkloadKey(Ledger, tenant, id);
        if (_known.TryGetValue(key, out var known))
            return known.Agent;

        var asking = Part(id).FindAsync(key.Ledger, tenant, id);
        try
        {
            var agent = await asking.WaitAsync(AnswerMax, time, cancellationToken);
            if (agent is { } found)
                Remember(key, found);
            return agent;
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            // A silo that has just gone; whatever it remembered is in the ledger.
            asking.Ignore();
            WorkloadIndexLog.NoAnswer(logger, error, id);
            return null;
        }
    }

    private IWorkloadIndexGrain Part(WorkloadId id) => grains.Find<IWorkloadIndexGrain>(IWorkloadIndexGrain.Key(id));

    private void Remember(WorkloadKey key, AgentId agent) => _known.Replace(key, known: null, new AgentOfWorkload(agent));
}
