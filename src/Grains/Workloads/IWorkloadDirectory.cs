using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

/// <summary>Finds workloads by their ids, in the ledger.</summary>
public interface IWorkloadDirectory
{
    /// <summary>The agent that a workload belongs to; null if the id is not known.</summary>
    ValueTask<AgentId?> FindAgentAsync(TenantId tenant, WorkloadId id, CancellationToken cancellationToken = default);

    /// <summary>Everything about a workload; null if the id is not known.</summary>
    Task<WorkloadRecord?> FindAsync(TenantId tenant, WorkloadId id, CancellationToken cancellationToken = default);

    /// <summary>A page of workloads, in the order of their ids.</summary>
    Task<WorkloadPage> ListAsync(
        TenantId tenant, WorkloadFilter filter, string? after, int countMax, CancellationToken cancellationToken = default);

    /// <summary>Spends an id that nobody asked for yet and whose agent is not known.</summary>
    Task<SettlementResult> AbandonAsync(TenantId tenant, WorkloadId id, string reason, CancellationToken cancellationToken = default);
}
