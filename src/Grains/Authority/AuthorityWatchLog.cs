using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Authority;

internal static partial class AuthorityWatchLog
{
    [LoggerMessage(1201, LogLevel.Warning, "The changes of authority can't be read; decisions wait for the ledger anyway")]
    public static partial void PollFailed(ILogger logger, Exception error);

    [LoggerMessage(1202, LogLevel.Critical, "The ledger was replaced: it was at epoch {Known} and is at {Found}. Restart this silo")]
    public static partial void LedgerReplaced(ILogger logger, Epoch known, Epoch found);
}
