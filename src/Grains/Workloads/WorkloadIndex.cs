using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Workloads;

/// <summary>
/// What this silo, and the cluster, remember about which agent a running workload belongs to. Only what was admitted is
/// remembered, which never changes: an answer is right, or there is none.
/// </summary>
public sealed class WorkloadIndex(IGrainFactory grains, TimeProvider time, ILogger<WorkloadIndex> logger)
{
    /// <summary>The most that this silo remembers by itself: what it admitted lately is most often settled through it.</summary>
    private const int WorkloadsMax = 65_536;

    /// <summary>How long the cluster's memory is waited for; reading the ledger takes no longer.</summary>
    private static readonly TimeSpan AnswerMax = TimeSpan.FromMilliseconds(100);

    private readonly RecentlyUsed<(TenantId Tenant, WorkloadId Id), AgentOfWorkload> _known = new(WorkloadsMax);

    /// <summary>Remembers a workload that was admitted, here and in the cluster.</summary>
    public void Remember(TenantId tenant, WorkloadId id, AgentId agent)
    {
        RememberHere(tenant, id, agent);
        grains.GetGrain<IWorkloadIndexGrain>(IWorkloadIndexGrain.Key(id)).RememberAsync(tenant, id, agent).Ignore();
    }

    /// <summary>Remembers what was found elsewhere of a workload that was admitted.</summary>
    public void RememberHere(TenantId tenant, WorkloadId id, AgentId agent) =>
        _known.Replace((tenant, id), known: null, new AgentOfWorkload(agent));

    /// <summary>The agent; null if nobody remembers, or whoever may doesn't answer.</summary>
    public async ValueTask<AgentId?> FindAsync(TenantId tenant, WorkloadId id, CancellationToken cancellationToken = default)
    {
        if (_known.TryGetValue((tenant, id), out var known))
            return known.Agent;

        try
        {
            var agent = await grains.GetGrain<IWorkloadIndexGrain>(IWorkloadIndexGrain.Key(id)).FindAsync(tenant, id).WaitAsync(AnswerMax, time, cancellationToken);
            if (agent is { } found)
                RememberHere(tenant, id, found);
            return agent;
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            // A silo that has just gone; whatever it remembered is in the ledger.
            WorkloadIndexLog.NoAnswer(logger, error, id);
            return null;
        }
    }
}
