using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Approvals;

internal static partial class ApprovalGrainLog
{
    [LoggerMessage(1501, LogLevel.Warning, "{Stream}: {Budget} can't be told that the approval was denied; its hold ends with the approval's time")]
    public static partial void HoldLeft(ILogger logger, Exception error, StreamId stream, BudgetRoot budget);
}
