using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Options;
using Orleans.Runtime.Messaging;

namespace GenOps.ControlPlane.Client;

/// <summary>Asks the agents' grains, and the feed of authority changes, over the Orleans gateway.</summary>
internal sealed class OrleansTransport(
    OrleansConnection connection, GatewayRefusals refusals, GatewayLosses losses, IOptions<GenOpsClientOptions> options, TimeProvider time)
    : IGovernanceTransport
{
    private readonly TenantId _tenant = TenantId.Parse(options.Value.Tenant);

    public Task<Decision> AuthorizeAsync(WorkloadRequest request, CancellationToken cancellationToken) =>
        CallAsync(request.Agent, agent => agent.AuthorizeAsync(request), cancellationToken);

    public Task<SettlementResult> ReconcileAsync(
        AgentId agent, WorkloadId id, Reconciliation reconciliation, CancellationToken cancellationToken) =>
        CallAsync(agent, grain => grain.ReconcileAsync(id, reconciliation), cancellationToken);

    public Task<SettlementResult> ReleaseAsync(AgentId agent, WorkloadId id, string reason, CancellationToken cancellationToken) =>
        CallAsync(agent, grain => grain.ReleaseAsync(id, reason), cancellationToken);

    public Task<ExtendResult> ExtendAsync(AgentId agent, WorkloadId id, int ttlSeconds, CancellationToken cancellationToken) =>
        CallAsync(agent, grain => grain.ExtendAsync(id, ttlSeconds), cancellationToken);

    public Task<SettlementResult> RecordUsageAsync(UsageReport report, CancellationToken cancellationToken) =>
        CallAsync(report.Agent, grain => grain.RecordUsageAsync(report), cancellationToken);

    public Task<DelegationView> DelegateAsync(
        AgentId from, DelegationId id, DelegationDefinition definition, CancellationToken cancellationToken) =>
        CallAsync(from, grain => grain.DelegateAsync(id, definition), cancellationToken);

    public Task<AuthorityChange> EndDelegationAsync(AgentId from, DelegationId id, string reason, CancellationToken cancellationToken) =>
        CallAsync(from, grain => grain.EndDelegationAsync(id, reason), cancellationToken);

    public Task<ApprovalView> GetApprovalAsync(AgentId agent, ApprovalId id, CancellationToken cancellationToken) =>
        CallAsync(agent, grain => grain.GetApprovalAsync(id), cancellationToken);

    public Task<ImmutableArray<WorkloadId>> ListRevokedAsync(
        AgentId agent, ImmutableArray<WorkloadId> workloads, CancellationToken cancellationToken) =>
        CallAsync(agent, grain => grain.ListRevokedAsync(workloads), cancellationToken);

    public Task<Epoch> WaitForChangeAsync(Epoch? after, CancellationToken cancellationToken) =>
        CallAsync(grains => grains.Find<IAuthorityFeedGrain>(IAuthorityFeedGrain.Key(_tenant)).WaitAsync(after),
            options.Value.AuthorityFeedTimeout, cancellationToken);

    private Task<T> CallAsync<T>(AgentId agent, Func<IAgentGrain, Task<T>> call, CancellationToken cancellationToken) =>
        CallAsync(grains => call(grains.Find<IAgentGrain>(IAgentGrain.Key(_tenant, agent))), options.Value.AttemptTimeout, cancellationToken);

    private async Task<T> CallAsync<T>(Func<IClusterClient, Task<T>> call, TimeSpan limit, CancellationToken cancellationToken)
    {
        var lost = losses.Next;
        try
        {
            var started = time.GetTimestamp();
            var grains = await connection.ConnectedAsync(cancellationToken).ConfigureAwait(false);
            var left = limit - time.GetElapsedTime(started);

            // Orleans looks for calls that are due once a second only, so its own limit may be a second late.
            return await Answer.WithinAsync(call(grains), left > TimeSpan.Zero ? left : TimeSpan.Zero, time, lost).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (lost.IsCancellationRequested)
        {
            throw new ConnectionFailedException("a gateway was lost, and this call's answer may be lost with it", exception);
        }
        catch (Exception exception) when (refusals.Last is { } refusal && TransientFailure.Is(exception))
        {
            // Orleans only knows that there is no connection; the gateway said why, and asking again would not help.
            throw refusal.ToException();
        }
    }
}
