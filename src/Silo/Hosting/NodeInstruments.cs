using System.Diagnostics.Metrics;
using GenOps.ControlPlane.Telemetry;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>What a node measures of its own health.</summary>
internal static class NodeInstruments
{
    private static readonly Meter Meter = new(GenOpsMetrics.Meter);

    private static readonly Gauge<int> IsReady = Meter.CreateGauge<int>(
        GenOpsMetrics.NodeReady, null, "1 if the node can decide, 0 if it should get no traffic.");

    private static readonly Gauge<double> WatchAge = Meter.CreateGauge<double>(
        GenOpsMetrics.AuthorityWatchAge, "s", "How long ago the node last read the changes of authority.");

    private static readonly Gauge<double> Ahead = Meter.CreateGauge<double>(
        GenOpsMetrics.NodeClockAhead, "s", "How far the machine's clock is ahead of PostgreSQL's; negative if behind.");

    private static readonly Gauge<int> DefaultPartition = Meter.CreateGauge<int>(
        GenOpsMetrics.LedgerDefaultPartitionInUse, null, "1 if entries of the ledger lie in no month's partition.");

    /// <summary>The node was asked whether it is ready.</summary>
    public static void Ready(bool isReady) => IsReady.Record(isReady ? 1 : 0);

    /// <summary>The changes of authority were last read so long ago; nothing is said before the first time.</summary>
    public static void Watched(TimeSpan age)
    {
        if (age != TimeSpan.MaxValue)
            WatchAge.Record(age.TotalSeconds);
    }

    /// <summary>The clocks were compared.</summary>
    public static void ClockCompared(TimeSpan ahead) => Ahead.Record(ahead.TotalSeconds);

    /// <summary>The partitions were looked at.</summary>
    public static void PartitionsSeen(bool isDefaultInUse) => DefaultPartition.Record(isDefaultInUse ? 1 : 0);
}
