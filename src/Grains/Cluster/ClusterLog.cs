using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Cluster;

internal static partial class ClusterLog
{
    [LoggerMessage(1601, LogLevel.Debug, "Silo {Silo} does not say whether it reaches the ledger")]
    public static partial void PeerSilent(ILogger logger, Exception error, SiloAddress silo);
}
