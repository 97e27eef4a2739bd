using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Ledger;

/// <summary>What the ledger's writer says. Event ids 2001 to 2099.</summary>
internal static partial class LedgerLog
{
    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning,
        Message = "Attempt {Attempt} of {AttemptsMax} at a commit of {Appends} appends has an unknown outcome; the same entries are sent again.")]
    public static partial void CommitOutcomeUnknown(this ILogger logger, Exception exception, int attempt, int attemptsMax, int appends);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Error,
        Message = "A commit of {Appends} appends was given up with an unknown outcome after {ElapsedMs} ms; their callers must reload.")]
    public static partial void CommitGivenUp(this ILogger logger, Exception exception, int appends, long elapsedMs);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Warning,
        Message = "The store refused a batch of {Appends} appends; each is written alone.")]
    public static partial void BatchRefused(this ILogger logger, Exception exception, int appends);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Error, Message = "The store refused an append to stream {Stream}.")]
    public static partial void AppendRefused(this ILogger logger, Exception exception, StreamId stream);

    [LoggerMessage(EventId = 2005, Level = LogLevel.Warning,
        Message = "An append to stream {Stream} is fenced off: another writer's entries stand there.")]
    public static partial void AppendFenced(this ILogger logger, StreamId stream);

    [LoggerMessage(EventId = 2006, Level = LogLevel.Warning,
        Message = "The ledger was stopped with {Appends} appends unwritten after {DrainTimeoutMs} ms; their callers are told that the outcome is unknown.")]
    public static partial void StoppedUnwritten(this ILogger logger, int appends, long drainTimeoutMs);

    [LoggerMessage(EventId = 2007, Level = LogLevel.Debug,
        Message = "An attempt at a commit that was no longer waited for failed.")]
    public static partial void AbandonedAttemptFailed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 2008, Level = LogLevel.Critical,
        Message = "The ledger's writer is broken and takes no more entries; restart this node and report the error.")]
    public static partial void WriterBroken(this ILogger logger, Exception exception);
}
