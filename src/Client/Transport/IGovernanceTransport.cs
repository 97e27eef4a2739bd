using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// The way to the control plane. Each method sends once and answers within
/// <see cref="GenOpsClientOptions.AttemptTimeout"/>; sending again is its caller's business.
/// </summary>
internal interface IGovernanceTransport
{
    Task<Decision> AuthorizeAsync(WorkloadRequest request, CancellationToken cancellationToken);

    Task<SettlementResult> ReconcileAsync(AgentId agent, WorkloadId id, Reconciliation reconciliation, CancellationToken cancellationToken);

    Task<SettlementResult> ReleaseAsync(AgentId agent, WorkloadId id, string reason, CancellationToken cancellationToken);

    Task<ExtendResult> ExtendAsync(AgentId agent, WorkloadId id, int ttlSeconds, CancellationToken cancellationToken);

    Task<SettlementResult> RecordUsageAsync(UsageReport report, CancellationToken cancellationToken);
}
