using System.Diagnostics.Metrics;
using GenOps.ControlPlane.Telemetry;

namespace GenOps.ControlPlane.Ledger;

/// <summary>What the ledger's writer measures.</summary>
internal static class LedgerInstruments
{
    /// <summary>The values of <c>genops.ledger.failure</c>, beside the codes of appends refused at once.</summary>
    public const string Fenced = "fenced", DecisionExists = "decision_exists", Refused = "refused",
        Unknown = "unknown", Dropped = "dropped", Stopped = "stopped";

    private const string Failure = "genops.ledger.failure";

    private static readonly Meter Meter = new(GenOpsMetrics.Meter);

    private static readonly Histogram<double> AppendDuration = Meter.CreateHistogram(
        GenOpsMetrics.LedgerAppendDuration, "s", "From queueing an append to its acknowledgement.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        });

    private static readonly Histogram<long> BatchSize = Meter.CreateHistogram(
        GenOpsMetrics.LedgerBatchSize, "{entry}", "Entries that one commit carried.",
        advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000] });

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        GenOpsMetrics.LedgerFailures, "{append}", "Appends that failed.");

    /// <summary>An append is durable.</summary>
    public static void AppendAcknowledged(TimeSpan elapsed) => AppendDuration.Record(elapsed.TotalSeconds);

    /// <summary>A batch goes to the store.</summary>
    public static void BatchSent(int entries) => BatchSize.Record(entries);

    /// <summary>An append failed.</summary>
    public static void AppendFailed(string failure) => Failures.Add(1, new KeyValuePair<string, object?>(Failure, failure));
}
