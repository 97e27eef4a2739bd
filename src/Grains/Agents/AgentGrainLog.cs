using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Agents;

internal static partial class AgentGrainLog
{
    [LoggerMessage(1401, LogLevel.Warning, "{Stream}: {Budget} can't be told to give back its hold for {Workload}; the hold expires by itself")]
    public static partial void HoldLeft(ILogger logger, Exception error, StreamId stream, BudgetRoot budget, WorkloadId workload);

    [LoggerMessage(1402, LogLevel.Warning, "{Stream}: a count of refusals that were not recorded one by one can't be written")]
    public static partial void CountLost(ILogger logger, Exception error, StreamId stream);

    [LoggerMessage(1403, LogLevel.Warning, "{Stream}: it can't be noted that {Workload} was allowed on {Approval}; its budget gives the approval to nobody else")]
    public static partial void UseNotNoted(ILogger logger, Exception error, StreamId stream, ApprovalId approval, WorkloadId workload);
}
