namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>What a member of a cluster logs: events 5200 to 5299.</summary>
internal static partial class ClusterLog
{
    [LoggerMessage(5200, LogLevel.Critical, "This node ends at once, without handing over: {Reason}. Exit code {Code}; start it again")]
    public static partial void SelfStop(ILogger logger, string reason, int code);

    [LoggerMessage(5201, LogLevel.Information, "Stopping: not ready, and serving for another {Delay}")]
    public static partial void Draining(ILogger logger, TimeSpan delay);

    [LoggerMessage(5202, LogLevel.Warning, "PostgreSQL does not answer yet ({Why}); trying again for another {Left}")]
    public static partial void DatabaseAwaited(ILogger logger, string why, TimeSpan left);

    [LoggerMessage(5203, LogLevel.Information, "Joining cluster {Cluster} in {Database}, as {Silo}")]
    public static partial void Joining(ILogger logger, string cluster, string database, string silo);

    [LoggerMessage(5204, LogLevel.Error, "The clock is {Skew} {Side} PostgreSQL's, at most {SkewMax} is allowed: the node is not ready. It goes by PostgreSQL's clock meanwhile; set this machine's right")]
    public static partial void ClockWrong(ILogger logger, TimeSpan skew, string side, TimeSpan skewMax);

    [LoggerMessage(5205, LogLevel.Information, "The clock agrees with PostgreSQL's again, within {SkewMax}")]
    public static partial void ClockRight(ILogger logger, TimeSpan skewMax);

    [LoggerMessage(5206, LogLevel.Warning, "PostgreSQL does not answer this node's watch")]
    public static partial void OutOfContact(ILogger logger, Exception error);

    [LoggerMessage(5207, LogLevel.Error, "Silo {Peer} reaches PostgreSQL and this node does not; if it stays so for {Timeout} the node ends, for its actors to move")]
    public static partial void Alone(ILogger logger, string peer, TimeSpan timeout);

    [LoggerMessage(5208, LogLevel.Information, "PostgreSQL answers this node's watch again, after {Gap}")]
    public static partial void InContact(ILogger logger, TimeSpan gap);

    [LoggerMessage(5209, LogLevel.Error, "The stop took longer than GenOps:Node:StopTimeout, {Timeout}; the node ends without having handed over everything")]
    public static partial void StoppedLate(ILogger logger, TimeSpan timeout);
}
