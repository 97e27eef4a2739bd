using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Orleans.CodeGeneration;

namespace GenOps.ControlPlane.Agents;

/// <summary>
/// One agent's live authority, and the way to its budgets; its key is <see cref="Key"/>. Methods marked
/// <see cref="ExternalAttribute"/> may be called over the Orleans gateway with a credential that permits it.
/// </summary>
[Alias("genops.IAgentGrain"), Version(1)]
public interface IAgentGrain : IGrainWithStringKey
{
    /// <summary>The grain key, which is also the ledger stream.</summary>
    static string Key(TenantId tenant, AgentId agent) => $"a/{tenant}/{agent}";

    /// <summary>Decides, and holds money if it allows. The same id and content again gives the recorded answer.</summary>
    /// <exception cref="Errors.InvalidRequestException">The request is not valid.</exception>
    /// <exception cref="Errors.NotFoundException"><c>agent_not_found</c>, <c>tenant_not_found</c>.</exception>
    /// <exception cref="Errors.ConflictException"><c>idempotency_conflict</c>; <c>authority_revoked</c> for an ALLOWED whose authority is gone.</exception>
    /// <exception cref="Errors.UnavailableException">No decision that the caller could know of: send it again with the same id.</exception>
    [Alias("Authorize"), External(Permission.WorkloadDecide, TakesPlace = true)]
    Task<Decision> AuthorizeAsync(WorkloadRequest request, bool dryRun = false);

    /// <summary>Records what the workload really consumed.</summary>
    /// <exception cref="Errors.NotFoundException"><c>workload_not_found</c>.</exception>
    /// <exception cref="Errors.ConflictException"><c>already_resolved</c>: other figures are final.</exception>
    [Alias("Reconcile"), External(Permission.WorkloadSettle)]
    Task<SettlementResult> ReconcileAsync(WorkloadId id, Reconciliation reconciliation);

    /// <summary>Gives the money back because the action never ran. An unknown id is spent from now on.</summary>
    /// <exception cref="Errors.ConflictException"><c>already_resolved</c>: figures are final.</exception>
    [Alias("Release"), External(Permission.WorkloadSettle)]
    Task<SettlementResult> ReleaseAsync(WorkloadId id, string reason);

    /// <summary>Holds the money longer, if authority still stands.</summary>
    /// <exception cref="Errors.ConflictException"><c>already_resolved</c>, <c>authority_revoked</c>.</exception>
    [Alias("Extend"), External(Permission.WorkloadDecide)]
    Task<ExtendResult> ExtendAsync(WorkloadId id, int ttlSeconds);

    /// <summary>Records spend that happened without a reservation, in full.</summary>
    [Alias("RecordUsage"), External(Permission.UsageRecord)]
    Task<SettlementResult> RecordUsageAsync(UsageReport report);

    /// <summary>Registers or changes the agent.</summary>
    [Alias("Put")]
    Task<AgentView> PutAsync(AgentDefinition definition, Principal by);

    /// <summary>The agent as it stands.</summary>
    /// <exception cref="Errors.NotFoundException"><c>agent_not_found</c>.</exception>
    [Alias("Get"), External(Permission.AgentRead)]
    Task<AgentView> GetAsync();

    /// <summary>Removes the agent; its history stays. Again is fine.</summary>
    /// <exception cref="Errors.NotFoundException"><c>agent_not_found</c>: it was never registered.</exception>
    [Alias("Close")]
    Task<AuthorityChange> CloseAsync(Principal by);

    /// <summary>Stops the agent: true everywhere when it is acknowledged.</summary>
    [Alias("Suspend")]
    Task<AuthorityChange> SuspendAsync(string reason, Principal by);

    /// <summary>Lets the agent act again.</summary>
    [Alias("Resume")]
    Task<AuthorityChange> ResumeAsync(string reason, Principal by);

    /// <summary>Grants this agent a delegation, or changes one that it was granted.</summary>
    /// <exception cref="Errors.InvalidRequestException">The definition is not valid, or wider than its parent; the field says which part.</exception>
    /// <exception cref="Errors.NotFoundException"><c>agent_not_found</c>; <c>delegation_not_found</c>: the parent.</exception>
    /// <exception cref="Errors.ConflictException">
    /// <c>delegation_revoked</c>: the id is spent, or the parent's; <c>delegation_fixed</c>: a part that can't change;
    /// <c>delegation_exists</c>: another agent was granted a delegation of this name; <c>agent_suspended</c>: the agent that
    /// would pass it on is suspended, and no admin does it in its name.
    /// </exception>
    [Alias("PutDelegation")]
    Task<DelegationView> PutDelegationAsync(DelegationId id, DelegationDefinition definition, Principal by);

    /// <summary>A delegation that this agent was granted.</summary>
    /// <exception cref="Errors.NotFoundException"><c>delegation_not_found</c>.</exception>
    [Alias("GetDelegation")]
    Task<DelegationView> GetDelegationAsync(DelegationId id);

    /// <summary>Takes a delegation away that this agent was granted, and with it all below: true everywhere when it is acknowledged. Again is fine.</summary>
    /// <exception cref="Errors.NotFoundException"><c>delegation_not_found</c>.</exception>
    [Alias("RevokeDelegation")]
    Task<AuthorityChange> RevokeDelegationAsync(DelegationId id, string reason, Principal by);

    /// <summary>A delegation that this agent was granted, with all above it.</summary>
    /// <exception cref="Errors.NotFoundException"><c>delegation_not_found</c>.</exception>
    [Alias("GetChain")]
    Task<DelegationChainView> GetChainAsync(DelegationId id);

    /// <summary>Passes on, as this agent, what it was granted: <see cref="DelegationDefinition.From"/> must be this agent.</summary>
    /// <inheritdoc cref="PutDelegationAsync"/>
    [Alias("Delegate"), External(Permission.DelegationWrite)]
    Task<DelegationView> DelegateAsync(DelegationId id, DelegationDefinition definition);

    /// <summary>Takes away, as this agent, what it passed on. Again is fine.</summary>
    /// <exception cref="Errors.NotFoundException"><c>delegation_not_found</c>: there is none of this name that this agent made.</exception>
    [Alias("EndDelegation"), External(Permission.DelegationRevoke)]
    Task<AuthorityChange> EndDelegationAsync(DelegationId id, string reason);

    /// <summary>An approval that this agent waits for.</summary>
    /// <exception cref="Errors.NotFoundException"><c>approval_not_found</c>.</exception>
    [Alias("GetApproval"), External(Permission.WorkloadRead)]
    Task<ApprovalView> GetApprovalAsync(ApprovalId id);

    /// <summary>Which of the workloads, at most 1,000, were allowed on authority that is gone by now.</summary>
    [Alias("ListRevoked"), External(Permission.WorkloadDecide)]
    Task<ImmutableArray<WorkloadId>> ListRevokedAsync(ImmutableArray<WorkloadId> workloads);
}
