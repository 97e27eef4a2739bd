using System.Diagnostics.Metrics;
using GenOps.ControlPlane.Telemetry;

namespace GenOps.ControlPlane.Ledger;

/// <summary>What the ledger's writer measures.</summary>
internal static class LedgerInstruments
{
    /// <summary>The values of <c>genops.ledger.failure</c> for appends that were queued.</summary>
    public const string Fenced = "fenced", DecisionExists = "decision_exists", Refused = "refused",
        Unknown = "unknown", Dropped = "dropped", Stopped = "stopped";

    /// <summary>Its values for appends refused at once: the codes of <see cref="Errors.UnavailableException"/>.</summary>
    public const string Overloaded = "overloaded", Unavailable = "unavailable";

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

    private static readonly UpDownCounter<long> Queue = Meter.CreateUpDownCounter<long>(
        GenOpsMetrics.LedgerQueued, "{entry}", "Entries that wait to be written.");

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        GenOpsMetrics.LedgerFailures, "{append}", "Appends that failed.");

    private static int _hasBegun;

    /// <summary>An append is durable.</summary>
    public static void AppendAcknowledged(TimeSpan elapsed)
    {
        AppendDuration.Record(elapsed.TotalSeconds);
        if (Volatile.Read(ref _hasBegun) == 0 && Interlocked.Exchange(ref _hasBegun, 1) == 0)
            Begin();
    }

    /// <summary>Entries began to wait, or no longer do.</summary>
    public static void Queued(int change) => Queue.Add(change);

    /// <summary>A batch goes to the store.</summary>
    public static void BatchSent(int entries) => BatchSize.Record(entries);

    /// <summary>An append failed.</summary>
    public static void AppendFailed(string failure) => Failures.Add(1, new KeyValuePair<string, object?>(Failure, failure));

    /// <summary>Says that nothing has failed yet: a counter that appears with its first failure hides it from whoever looks at its rise.</summary>
    private static void Begin()
    {
        foreach (var failure in (string[])[Fenced, DecisionExists, Refused, Unknown, Dropped, Stopped, Overloaded, Unavailable])
            Failures.Add(0, new KeyValuePair<string, object?>(Failure, failure));
    }
}
