namespace GenOps.ControlPlane.Silo.Http;

/// <summary>What the HTTP API logs: events 5000 to 5099.</summary>
internal static partial class ProblemLog
{
    [LoggerMessage(5000, LogLevel.Error, "{Method} {Path} failed, trace {TraceId}")]
    public static partial void Unexpected(ILogger logger, string method, string path, string traceId, Exception error);

    [LoggerMessage(5001, LogLevel.Warning, "{Method} {Path} got no answer from its actor in time")]
    public static partial void Unanswered(ILogger logger, string method, string path, Exception error);

    [LoggerMessage(5002, LogLevel.Warning, "Not ready: {Why}")]
    public static partial void NotReady(ILogger logger, string why, Exception? error);
}
