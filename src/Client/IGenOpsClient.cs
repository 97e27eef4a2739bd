using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// Asks the control plane before each governed action, and tells it afterwards what the action consumed. Every call is
/// sent again with the same id until it is answered or <see cref="GenOpsClientOptions.GiveUpAfter"/> has passed.
/// Thread-safe; one for each process.
/// </summary>
public interface IGenOpsClient
{
    /// <inheritdoc cref="AuthorizeAsync(WorkloadRequest, bool?, CancellationToken)"/>
    /// <param name="draft">The workload; the client fills in the default agent and attribution.</param>
    /// <param name="throwOnRefusal">Overrides <see cref="GenOpsClientOptions.ThrowOnRefusal"/> for this call.</param>
    /// <param name="cancellationToken">Gives up: the id is released in the background.</param>
    Task<GovernedWorkload> AuthorizeAsync(
        WorkloadDraft draft, bool? throwOnRefusal = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks whether the action may run, and holds its money if so. Run the action only if this returns and
    /// <see cref="GovernedWorkload.IsAllowed"/>; then settle the workload.
    /// </summary>
    /// <param name="request">The workload. Without an id it gets one, without a ttl the configured one.</param>
    /// <param name="throwOnRefusal">Overrides <see cref="GenOpsClientOptions.ThrowOnRefusal"/> for this call.</param>
    /// <param name="cancellationToken">Gives up: the id is released in the background.</param>
    /// <exception cref="GovernanceRefusedException">It must not run, and refusals are to be thrown.</exception>
    /// <exception cref="GovernanceUnavailableException">No decision in time. It must not run; its id is released in the background.</exception>
    /// <exception cref="InvalidRequestException">The request is not well formed.</exception>
    /// <exception cref="NotFoundException"><c>agent_not_found</c>, <c>tenant_not_found</c>.</exception>
    /// <exception cref="ConflictException"><c>idempotency_conflict</c>, <c>authority_revoked</c>.</exception>
    /// <exception cref="AccessDeniedException">The API key is not good, or not good for this agent.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    Task<GovernedWorkload> AuthorizeAsync(
        WorkloadRequest request, bool? throwOnRefusal = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reports figures of a workload whose handle is gone: after a restart, or when they came late. The last of them
    /// become a log record, since the span has ended.
    /// </summary>
    /// <param name="id">The workload.</param>
    /// <param name="reconciliation">What it consumed.</param>
    /// <param name="agent">Its agent; <see cref="GenOpsClientOptions.Agent"/> if absent.</param>
    /// <param name="cancellationToken">Ends the waiting; the figures may have arrived nevertheless.</param>
    /// <exception cref="NotFoundException"><c>workload_not_found</c>.</exception>
    /// <exception cref="ConflictException"><c>already_resolved</c>: other figures are final.</exception>
    /// <exception cref="GovernanceUnavailableException">No answer in time: call again.</exception>
    Task<SettlementResult> ReconcileAsync(
        WorkloadId id, Reconciliation reconciliation, AgentId? agent = null, CancellationToken cancellationToken = default);

    /// <summary>Gives back what a workload holds that never ran. An unknown id is spent from now on.</summary>
    /// <param name="id">The workload.</param>
    /// <param name="reason">Why it never ran, for the evidence; up to 256 bytes.</param>
    /// <param name="agent">Its agent; <see cref="GenOpsClientOptions.Agent"/> if absent.</param>
    /// <param name="cancellationToken">Ends the waiting; the release may have arrived nevertheless.</param>
    /// <exception cref="ConflictException"><c>already_resolved</c>: figures are final.</exception>
    /// <exception cref="GovernanceUnavailableException">No answer in time: call again.</exception>
    Task<SettlementResult> ReleaseAsync(
        WorkloadId id, string reason, AgentId? agent = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Records spend that happened without a reservation, in full. Give the report an id of your own if it may have to
    /// be sent again after this process is gone; otherwise it gets one here.
    /// </summary>
    /// <param name="report">What was spent.</param>
    /// <param name="cancellationToken">Ends the waiting; the report may have arrived nevertheless.</param>
    /// <exception cref="GovernanceUnavailableException">No answer in time: send the report again with the exception's id.</exception>
    Task<SettlementResult> RecordUsageAsync(UsageReport report, CancellationToken cancellationToken = default);
}
