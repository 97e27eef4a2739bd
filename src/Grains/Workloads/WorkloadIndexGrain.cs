using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using Orleans.Concurrency;
using Orleans.Placement;

namespace GenOps.ControlPlane.Workloads;

/// <inheritdoc cref="IWorkloadIndexGrain"/>
[Reentrant, HashBasedPlacement]
public sealed class WorkloadIndexGrain(IGrainContext context) : Grain(context), IWorkloadIndexGrain
{
    /// <summary>The most that one part remembers: over all parts half a million workloads, some 100 MiB of the cluster.</summary>
    internal const int WorkloadsMax = 8_192;

    private readonly RecentlyUsed<WorkloadKey, AgentOfWorkload> _known = new(WorkloadsMax);

    /// <inheritdoc/>
    public Task RememberAsync(Guid ledger, TenantId tenant, WorkloadId id, AgentId agent)
    {
        _known.Replace(new WorkloadKey(ledger, tenant, id), known: null, new AgentOfWorkload(agent));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<AgentId?> FindAsync(Guid ledger, TenantId tenant, WorkloadId id) =>
        Task.FromResult(_known.TryGetValue(new WorkloadKey(ledger, tenant, id), out var known) ? known.Agent : (AgentId?)null);
}
