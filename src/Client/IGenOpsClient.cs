using GenOps.ControlPlane.Authority;
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
    /// Waits until a person has decided on the action, and asks again for it if it was approved: the same request, as a new
    /// workload, which names the approval. That lets the action run once. The answer may still be a refusal, since everything
    /// else is decided anew. An outage of the control plane does not end the waiting; a restart of this process does, and
    /// <see cref="AwaitApprovalAsync(ApprovalId, WorkloadRequest, bool?, CancellationToken)"/> takes it up again.
    /// </summary>
    /// <param name="refused">A workload that <see cref="GovernedWorkload.NeedsApproval"/>.</param>
    /// <param name="throwOnRefusal">Overrides <see cref="GenOpsClientOptions.ThrowOnRefusal"/> for this call.</param>
    /// <param name="cancellationToken">Ends the waiting; the approval stays as it is.</param>
    /// <returns>
    /// The new workload. If refusals are returned and the approval was denied, has expired or was used
    /// (<c>x_approval_denied</c>, <c>x_approval_expired</c>, <c>x_approval_used</c>): the refused one, saying so.
    /// </returns>
    /// <exception cref="InvalidOperationException">It waits for nobody's approval.</exception>
    /// <exception cref="GovernanceRefusedException">It was not approved, or it was and must not run nevertheless; and refusals are to be thrown.</exception>
    /// <exception cref="GovernanceUnavailableException">No answer for as long as the approval lives.</exception>
    /// <exception cref="NotFoundException"><c>approval_not_found</c>.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    Task<GovernedWorkload> AwaitApprovalAsync(
        GovernedWorkload refused, bool? throwOnRefusal = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="AwaitApprovalAsync(ApprovalId, WorkloadRequest, bool?, CancellationToken)"/>
    /// <param name="approval">The approval, as <see cref="GovernanceRefusedException.Approval"/> or <see cref="GovernedWorkload.Approval"/> named it.</param>
    /// <param name="draft">The same draft that was refused.</param>
    /// <param name="throwOnRefusal">Overrides <see cref="GenOpsClientOptions.ThrowOnRefusal"/> for this call.</param>
    /// <param name="cancellationToken">Ends the waiting; the approval stays as it is.</param>
    Task<GovernedWorkload> AwaitApprovalAsync(
        ApprovalId approval, WorkloadDraft draft, bool? throwOnRefusal = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// The same where there is no handle: after a restart of this process, or where the refusal was thrown. An approval is
    /// good for exactly the action that it was asked for.
    /// </summary>
    /// <param name="approval">The approval, as <see cref="GovernanceRefusedException.Approval"/> or <see cref="GovernedWorkload.Approval"/> named it.</param>
    /// <param name="request">
    /// The same request that was refused. An id that is not the refused workload's becomes the new one's: keep it, and a call
    /// after a restart gets the decision that was made meanwhile, instead of finding the approval used.
    /// </param>
    /// <param name="throwOnRefusal">Overrides <see cref="GenOpsClientOptions.ThrowOnRefusal"/> for this call.</param>
    /// <param name="cancellationToken">Ends the waiting; the approval stays as it is.</param>
    /// <exception cref="GovernanceRefusedException">It was not approved, or it was and must not run nevertheless; and refusals are to be thrown.</exception>
    /// <exception cref="GovernanceUnavailableException">
    /// No answer for as long as the approval lives; for <see cref="GenOpsClientOptions.GiveUpAfter"/> if there was none at all.
    /// </exception>
    /// <exception cref="NotFoundException"><c>approval_not_found</c>.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    Task<GovernedWorkload> AwaitApprovalAsync(
        ApprovalId approval, WorkloadRequest request, bool? throwOnRefusal = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Passes authority on, from the agent to another one, or changes a delegation that it passed on. Never wider than what
    /// the agent was granted itself.
    /// </summary>
    /// <param name="id">The delegation's name, unique in the tenant. Once revoked it is spent.</param>
    /// <param name="draft">The delegation.</param>
    /// <param name="cancellationToken">Ends the waiting; the delegation may have been made nevertheless.</param>
    /// <exception cref="InvalidRequestException">It is not well formed, or wider than its parent; the field says which part.</exception>
    /// <exception cref="NotFoundException"><c>agent_not_found</c>; <c>delegation_not_found</c>: the parent.</exception>
    /// <exception cref="ConflictException"><c>delegation_revoked</c>, <c>delegation_fixed</c>, <c>delegation_exists</c>.</exception>
    /// <exception cref="AccessDeniedException">The API key is not good for the agent that delegates.</exception>
    /// <exception cref="GovernanceUnavailableException">No answer in time: call again.</exception>
    Task<DelegationView> DelegateAsync(DelegationId id, DelegationDraft draft, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes away what the agent passed on, and with it all that was passed on from there. When this returns it is true
    /// everywhere: no workload that is asked for afterwards is allowed on it. Work in flight is told by
    /// <see cref="GovernedWorkload.Revoked"/>. Again is fine.
    /// </summary>
    /// <param name="id">The delegation.</param>
    /// <param name="reason">Why, for the evidence; up to 256 bytes.</param>
    /// <param name="agent">The agent that passed it on; <see cref="GenOpsClientOptions.Agent"/> if absent.</param>
    /// <param name="cancellationToken">Ends the waiting; the revocation may have arrived nevertheless.</param>
    /// <returns>The epoch from which on it is true.</returns>
    /// <exception cref="NotFoundException"><c>delegation_not_found</c>: there is none of this name that the agent made.</exception>
    /// <exception cref="AccessDeniedException">The API key is not good for the agent.</exception>
    /// <exception cref="GovernanceUnavailableException">Not acknowledged in time: call again until it is.</exception>
    Task<AuthorityChange> RevokeDelegationAsync(
        DelegationId id, string reason, AgentId? agent = null, CancellationToken cancellationToken = default);

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
