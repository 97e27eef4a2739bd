using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Budgets;

internal static partial class DueListLog
{
    [LoggerMessage(1301, LogLevel.Warning, "The scan for expired holds failed and is repeated")]
    public static partial void ScanFailed(ILogger logger, Exception error);

    [LoggerMessage(1302, LogLevel.Warning, "{Key}: expired holds can't be ended now; tried again at the next scan")]
    public static partial void BudgetFailed(ILogger logger, Exception error, string key);

    [LoggerMessage(1303, LogLevel.Warning, "{Stream}: what became of the hold of {Workload} can't be asked now; it stays counted")]
    public static partial void FateUnknown(ILogger logger, Exception error, string stream, string workload);
}
