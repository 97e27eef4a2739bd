using System.Collections.Immutable;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
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

    Task<DelegationView> DelegateAsync(
        AgentId from, DelegationId id, DelegationDefinition definition, CancellationToken cancellationToken);

    Task<AuthorityChange> EndDelegationAsync(AgentId from, DelegationId id, string reason, CancellationToken cancellationToken);

    Task<ApprovalView> GetApprovalAsync(AgentId agent, ApprovalId id, CancellationToken cancellationToken);

    /// <summary>Which of at most 1,000 workloads of the agent run on authority that is gone.</summary>
    Task<ImmutableArray<WorkloadId>> ListRevokedAsync(
        AgentId agent, ImmutableArray<WorkloadId> workloads, CancellationToken cancellationToken);

    /// <summary>
    /// Answers when authority changed in the tenant after <paramref name="after"/>, or when nothing did for a while; at once
    /// if that is null. Its limit is <see cref="GenOpsClientOptions.AuthorityFeedTimeout"/>.
    /// </summary>
    Task<Epoch> WaitForChangeAsync(Epoch? after, CancellationToken cancellationToken);
}
