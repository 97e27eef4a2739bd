using System.Collections.Concurrent;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>A control plane of a few lines: what it answers can be replaced, and what it was asked is kept.</summary>
internal sealed class FakeTransport : IGovernanceTransport
{
    public ConcurrentQueue<WorkloadRequest> Authorized { get; } = [];

    public ConcurrentQueue<(AgentId Agent, WorkloadId Id, Reconciliation Figures)> Reconciled { get; } = [];

    public ConcurrentQueue<(AgentId Agent, WorkloadId Id, string Reason)> Released { get; } = [];

    public ConcurrentQueue<(AgentId Agent, WorkloadId Id, int TtlSeconds)> Extended { get; } = [];

    public ConcurrentQueue<UsageReport> Recorded { get; } = [];

    public Func<WorkloadRequest, Task<Decision>> OnAuthorize { get; set; } = request => Task.FromResult(Decisions.Allowed(request));

    public Func<WorkloadId, Reconciliation, Task<SettlementResult>> OnReconcile { get; set; } =
        (id, _) => Task.FromResult(Decisions.Reconciled(id, "0.004"));

    public Func<WorkloadId, Task<SettlementResult>> OnRelease { get; set; } =
        id => Task.FromResult(new SettlementResult(id, WorkloadState.Released, []));

    public Func<WorkloadId, Task<ExtendResult>> OnExtend { get; set; } =
        id => Task.FromResult(new ExtendResult(id, Decisions.Start.AddHours(1), new Epoch(7)));

    public Func<UsageReport, Task<SettlementResult>> OnRecordUsage { get; set; } =
        report => Task.FromResult(new SettlementResult(report.Id!.Value, WorkloadState.Reconciled, []));

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
}
