using System.Collections.Immutable;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Orleans.Concurrency;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>An agent that allows everything, to try the way to it.</summary>
[Reentrant]
internal sealed class ScriptedAgentGrain : Grain, IAgentGrain
{
    private readonly TaskCompletionSource<Decision> _noAnswer = new();

    public Task<Decision> AuthorizeAsync(WorkloadRequest request, bool dryRun = false) =>
        request.Operation.Name == "no answer" ? _noAnswer.Task
        : request.Operation.Name == "unknown agent"
            ? throw new NotFoundException("agent_not_found", $"there is no agent at {this.GetPrimaryKeyString()}")
            : Task.FromResult(Decisions.Allowed(request) with { DeterminedBy = this.GetPrimaryKeyString() });

    public Task<SettlementResult> ReconcileAsync(WorkloadId id, Reconciliation reconciliation) =>
        Task.FromResult(Decisions.Reconciled(id, "0.004"));

    public Task<SettlementResult> ReleaseAsync(WorkloadId id, string reason)
    {
        // A silo waits for its running calls when it stops.
        _noAnswer.TrySetCanceled();
        return Task.FromResult(new SettlementResult(id, WorkloadState.Released, []));
    }

    public Task<ExtendResult> ExtendAsync(WorkloadId id, int ttlSeconds) => throw new NotSupportedException();

    public Task<SettlementResult> RecordUsageAsync(UsageReport report) => throw new NotSupportedException();

    public Task<AgentView> PutAsync(AgentDefinition definition, Principal by) => throw new NotSupportedException();

    public Task<AgentView> GetAsync() => throw new NotSupportedException();

    public Task<AuthorityChange> CloseAsync(Principal by) => throw new NotSupportedException();

    public Task<AuthorityChange> SuspendAsync(string reason, Principal by) => throw new NotSupportedException();

    public Task<AuthorityChange> ResumeAsync(string reason, Principal by) => throw new NotSupportedException();

    public Task<DelegationView> PutDelegationAsync(DelegationId id, DelegationDefinition definition, Principal by) => throw new NotSupportedException();

    public Task<DelegationView> GetDelegationAsync(DelegationId id) => throw new NotSupportedException();

    public Task<AuthorityChange> RevokeDelegationAsync(DelegationId id, string reason, Principal by) => throw new NotSupportedException();

    public Task<DelegationChainView> GetChainAsync(DelegationId id) => throw new NotSupportedException();

    public Task<DelegationView> DelegateAsync(DelegationId id, DelegationDefinition definition) =>
        definition.Limits?.MaxDepth > 3
            ? throw new InvalidRequestException("limits.maxDepth", "is wider than d-planner permits: 3 may follow below it")
            : Task.FromResult(new DelegationView(
                id, definition.From, definition.To, definition.Parent, definition.Capabilities, definition.Limits, definition.NotBefore,
                definition.ExpiresAt, definition.ApprovalWhen, definition.ApproverGroup, DelegationState.Active, 1, Decisions.Start,
                definition.From, null, null, null));

    public Task<AuthorityChange> EndDelegationAsync(DelegationId id, string reason) =>
        Task.FromResult(new AuthorityChange(new Epoch(8), 1.9));

    public Task<ApprovalView> GetApprovalAsync(ApprovalId id) =>
        Task.FromResult(FakeApprovals.View(
            ApprovalState.Denied,
            new WorkloadRequest(
                AgentId.Parse("support-bot"), new Operation("refund customer", "tool"), new Attribution("support", "helpdesk", "production"),
                WorkloadId.New(Decisions.Start)),
            "too much"));

    public Task<ImmutableArray<WorkloadId>> ListRevokedAsync(ImmutableArray<WorkloadId> workloads) =>
        Task.FromResult(this.GetPrimaryKeyString() == "a/acme/steady" ? [] : workloads);
}
