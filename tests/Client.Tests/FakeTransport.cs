using System.Collections.Concurrent;
using System.Collections.Immutable;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>A control plane of a few lines: what it answers can be replaced, and what it was asked is kept.</summary>
internal sealed class FakeTransport(TimeProvider time) : IGovernanceTransport
{
    public ConcurrentQueue<WorkloadRequest> Authorized { get; } = [];

    public ConcurrentQueue<(AgentId Agent, WorkloadId Id, Reconciliation Figures)> Reconciled { get; } = [];

    public ConcurrentQueue<(AgentId Agent, WorkloadId Id, string Reason)> Released { get; } = [];

    public ConcurrentQueue<(AgentId Agent, WorkloadId Id, int TtlSeconds)> Extended { get; } = [];

    public ConcurrentQueue<UsageReport> Recorded { get; } = [];

    public ConcurrentQueue<(AgentId From, DelegationId Id, DelegationDefinition Definition)> Delegated { get; } = [];

    public ConcurrentQueue<(AgentId From, DelegationId Id, string Reason)> Ended { get; } = [];

    public ConcurrentQueue<(AgentId Agent, ApprovalId Id, DateTimeOffset At)> Looked { get; } = [];

    public ConcurrentQueue<(AgentId Agent, ImmutableArray<WorkloadId> Workloads, DateTimeOffset At)> Listed { get; } = [];

    /// <summary>The workloads whose authority is gone.</summary>
    public ConcurrentDictionary<WorkloadId, bool> Revoked { get; } = [];

    public FakeAuthorityFeed Feed { get; } = new(time);

    public Func<WorkloadRequest, Task<Decision>> OnAuthorize { get; set; } = request => Task.FromResult(Decisions.Allowed(request));

    public Func<WorkloadId, Reconciliation, Task<SettlementResult>> OnReconcile { get; set; } =
        (id, _) => Task.FromResult(Decisions.Reconciled(id, "0.004"));

    public Func<WorkloadId, Task<SettlementResult>> OnRelease { get; set; } =
        id => Task.FromResult(new SettlementResult(id, WorkloadState.Released, []));

    public Func<WorkloadId, Task<ExtendResult>> OnExtend { get; set; } =
        id => Task.FromResult(new ExtendResult(id, Decisions.Start.AddHours(1), new Epoch(7)));

    public Func<UsageReport, Task<SettlementResult>> OnRecordUsage { get; set; } =
        report => Task.FromResult(new SettlementResult(report.Id!.Value, WorkloadState.Reconciled, []));

    public Func<DelegationId, DelegationDefinition, Task<DelegationView>> OnDelegate { get; set; } = (id, definition) => Task.FromResult(
        new DelegationView(
            id, definition.From, definition.To, definition.Parent, definition.Capabilities, definition.Limits, definition.NotBefore,
            definition.ExpiresAt, definition.ApprovalWhen, definition.ApproverGroup, DelegationState.Active, 1, Decisions.Start,
            definition.From, null, null, null));

    public Func<DelegationId, Task<AuthorityChange>> OnEnd { get; set; } = _ => Task.FromResult(new AuthorityChange(new Epoch(8), 1.9));

    public Func<ApprovalId, Task<ApprovalView>> OnLook { get; set; } =
        id => throw new NotFoundException("approval_not_found", $"there is no approval {id}");

    /// <summary>What is thrown instead of an answer to which workloads are revoked; null for the answer.</summary>
    public Func<AgentId, Exception?> OnList { get; set; } = _ => null;

    public Task<Decision> AuthorizeAsync(WorkloadRequest request, CancellationToken cancellationToken)
    {
        Authorized.Enqueue(request);
        return OnAuthorize(request);
    }

    public Task<SettlementResult> ReconcileAsync(
        AgentId agent, WorkloadId id, Reconciliation reconciliation, CancellationToken cancellationToken)
    {
        Reconciled.Enqueue((agent, id, reconciliation));
        return OnReconcile(id, reconciliation);
    }

    public Task<SettlementResult> ReleaseAsync(AgentId agent, WorkloadId id, string reason, CancellationToken cancellationToken)
    {
        Released.Enqueue((agent, id, reason));
        return OnRelease(id);
    }

    public Task<ExtendResult> ExtendAsync(AgentId agent, WorkloadId id, int ttlSeconds, CancellationToken cancellationToken)
    {
        Extended.Enqueue((agent, id, ttlSeconds));
        return OnExtend(id);
    }

    public Task<SettlementResult> RecordUsageAsync(UsageReport report, CancellationToken cancellationToken)
    {
        Recorded.Enqueue(report);
        return OnRecordUsage(report);
    }

    public Task<DelegationView> DelegateAsync(
        AgentId from, DelegationId id, DelegationDefinition definition, CancellationToken cancellationToken)
    {
        Delegated.Enqueue((from, id, definition));
        return OnDelegate(id, definition);
    }

    public Task<AuthorityChange> EndDelegationAsync(AgentId from, DelegationId id, string reason, CancellationToken cancellationToken)
    {
        Ended.Enqueue((from, id, reason));
        return OnEnd(id);
    }

    public Task<ApprovalView> GetApprovalAsync(AgentId agent, ApprovalId id, CancellationToken cancellationToken)
    {
        Looked.Enqueue((agent, id, time.GetUtcNow()));
        return OnLook(id);
    }

    public Task<ImmutableArray<WorkloadId>> ListRevokedAsync(
        AgentId agent, ImmutableArray<WorkloadId> workloads, CancellationToken cancellationToken)
    {
        Listed.Enqueue((agent, workloads, time.GetUtcNow()));
        return OnList(agent) is { } failure
            ? Task.FromException<ImmutableArray<WorkloadId>>(failure)
            : Task.FromResult<ImmutableArray<WorkloadId>>([.. workloads.Where(Revoked.ContainsKey)]);
    }

    public Task<Epoch> WaitForChangeAsync(Epoch? after, CancellationToken cancellationToken) => Feed.WaitAsync(after);
}
