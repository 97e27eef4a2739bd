using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Client;

/// <summary>Brings the ends of workloads to the control plane, each as often as it takes and with the same id.</summary>
internal sealed class WorkloadSettler(
    IGovernanceTransport transport, IOptions<GenOpsClientOptions> options, TimeProvider time, ILogger<WorkloadSettler> logger)
{
    private const string Advice = "make the same call again: it counts once";

    public async Task<SettlementResult> ReconcileAsync(
        AgentId agent, WorkloadId id, Reconciliation reconciliation, CancellationToken cancellationToken)
    {
        var call = Call(id, "Reconciling");
        var result = await call.RunAsync(
            attempt => transport.ReconcileAsync(agent, id, reconciliation, attempt), cancellationToken).ConfigureAwait(false);
        LogViolations(result);
        return result;
    }

    public Task<SettlementResult> ReleaseAsync(AgentId agent, WorkloadId id, string reason, CancellationToken cancellationToken) =>
        Call(id, "Releasing").RunAsync(attempt => transport.ReleaseAsync(agent, id, reason, attempt), cancellationToken);

    public Task<SettlementResult> RecordUsageAsync(WorkloadId id, UsageReport report, CancellationToken cancellationToken) =>
        Call(id, "Recording usage").RunAsync(attempt => transport.RecordUsageAsync(report, attempt), cancellationToken);

    /// <summary>A workload that nobody settles.</summary>
    public void Left(WorkloadId id) => ClientLog.NotSettled(logger, id);

    /// <summary>Figures that came after the span's end: a log record with the event's name takes the event's place.</summary>
    public void Late(SettlementResult result)
    {
        if (!logger.IsEnabled(LogLevel.Information))
            return;

        foreach (var settled in result.Budgets)
        {
            if (settled.Actual is { } actual)
            {
                ClientLog.LateReconciliation(
                    logger, result.Id, new BudgetPath(settled.Budget, settled.Scope),
                    settled.Reserved.ToString(), actual.ToString(), settled.Unit.Code);
            }
        }
    }

    private GovernanceCall Call(WorkloadId id, string name) => new(options.Value, time, logger, new CallSubject(id), name, Advice);

    private void LogViolations(SettlementResult result)
    {
        foreach (var settled in result.Budgets)
        {
            if (settled.Violation is { } violation)
                ClientLog.Violation(logger, result.Id, new BudgetPath(settled.Budget, settled.Scope), violation);
        }
    }
}
