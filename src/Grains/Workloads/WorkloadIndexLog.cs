using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Workloads;

internal static partial class WorkloadIndexLog
{
    [LoggerMessage(1701, LogLevel.Debug, "The cluster's memory of workload {Workload} didn't answer; the ledger is asked")]
    public static partial void NoAnswer(ILogger logger, Exception error, WorkloadId workload);
}
