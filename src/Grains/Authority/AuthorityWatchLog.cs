using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Authority;

internal static partial class AuthorityWatchLog
{
    [LoggerMessage(1201, LogLevel.Warning, "The changes of authority can't be read; decisions wait for the ledger anyway")]
    public static partial void PollFailed(ILogger logger, Exception error);

    [LoggerMessage(1202, LogLevel.Warning,
        "The ledger began anew, because its server started or failed over, or it was restored: it was {KnownLedger} at epoch {KnownEpoch} and is {FoundLedger} at {FoundEpoch}. What this silo had in memory is forgotten")]
    public static partial void LedgerReplaced(ILogger logger, Guid knownLedger, Epoch knownEpoch, Guid foundLedger, Epoch foundEpoch);

    [LoggerMessage(1203, LogLevel.Debug, "Silo {Silo} (or all of them) was not told of epoch {Epoch}; it learns of it by its next poll")]
    public static partial void NudgeLost(ILogger logger, Exception error, SiloAddress? silo, Epoch epoch);

    [LoggerMessage(1204, LogLevel.Debug, "Told of epoch {Epoch}, but the ledger can't be read; the next poll tries again")]
    public static partial void NudgeInVain(ILogger logger, Exception error, Epoch epoch);

    [LoggerMessage(1205, LogLevel.Error, "Those who wait for changes of authority could not be told; after a pause the silo tries again")]
    public static partial void FeedFailed(ILogger logger, Exception error);
}
