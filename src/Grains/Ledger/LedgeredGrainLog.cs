using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Ledger;

internal static partial class LedgeredGrainLog
{
    [LoggerMessage(1101, LogLevel.Warning, "{Stream} #{Seq}: the append failed and the state is read again: {Why}")]
    public static partial void AppendFailed(ILogger logger, StreamId stream, long seq, string why);

    [LoggerMessage(1102, LogLevel.Error, "{Stream}: the state can't follow an entry that was queued; it is read again")]
    public static partial void CannotFollow(ILogger logger, Exception error, StreamId stream);

    [LoggerMessage(1103, LogLevel.Error, "{Stream}: can't be loaded")]
    public static partial void CannotLoad(ILogger logger, Exception error, StreamId stream);

    [LoggerMessage(1104, LogLevel.Warning, "{Stream}: the snapshot at #{Seq} is discarded and the stream replayed: {Why}")]
    public static partial void SnapshotDiscarded(ILogger logger, StreamId stream, long seq, string why);

    [LoggerMessage(1105, LogLevel.Warning, "{Grain}: the snapshot can't be {Act}; the ledger has everything, loading just takes longer")]
    public static partial void SnapshotUnavailable(ILogger logger, Exception error, GrainId grain, string act);

    [LoggerMessage(1106, LogLevel.Warning, "{Stream}: the ledger was replaced; what was known up to #{Seq} is forgotten")]
    public static partial void LedgerReplaced(ILogger logger, StreamId stream, long seq);

    [LoggerMessage(1107, LogLevel.Error, "{Stream}: this node's build is too old for it; calls are refused here until the node is upgraded: {Why}")]
    public static partial void BuildTooOld(ILogger logger, StreamId stream, string why);
}
