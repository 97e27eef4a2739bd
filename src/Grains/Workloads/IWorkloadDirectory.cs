using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

/// <summary>Finds workloads by id and by state, from the ledger and from the budgets that hold for them.</summary>
public interface IWorkloadDirectory
{
    /// <summary>The agent that asked for the workload; null if nothing is known of it.</summary>
    ValueTask<AgentId?> FindAgentAsync(TenantId tenant, WorkloadId id, CancellationToken cancellationToken = default);

    /// <summary>What the ledger says about the workload; null if nothing.</summary>
    Task<WorkloadRecord?> FindAsync(TenantId tenant, WorkloadId id, CancellationToken cancellationToken = default);

    /// <summary>A page of the workloads that money is held for.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="state">Open or unresolved.</param>
    /// <param name="agent">Only this agent's.</param>
    /// <param name="budget">Only this budget's.</param>
    /// <param name="cursor">Where the page starts, from the page before.</param>
    /// <param name="countMax">The most items.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="Errors.InvalidRequestException">The cursor is not one of ours.</exception>
    Task<WorkloadPage> ListAsync(
        TenantId tenant, WorkloadState state, AgentId? agent, BudgetRoot? budget, string? cursor, int countMax,
        CancellationToken cancellationToken = default);

    /// <summary>Spends an id that nobody knows anything of, so that a late request with it is refused.</summary>
    Task<SettlementResult> AbandonAsync(TenantId tenant, WorkloadId id, string reason);
}
