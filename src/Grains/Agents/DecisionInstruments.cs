using System.Diagnostics.Metrics;
using GenOps.ControlPlane.Telemetry;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

/// <summary>Counts decisions. Never by agent or workload.</summary>
internal static class DecisionInstruments
{
    private static readonly Meter Meter = new(GenOpsMetrics.Meter);

    private static readonly Counter<long> Decisions = Meter.CreateCounter<long>(
        GenOpsMetrics.Decisions, "{decision}", "Decisions by result and reason code");

    // The standard steps begin at five seconds: made for milliseconds.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        GenOpsMetrics.DecisionDuration, "s", "From a request's arrival at its agent to its answer", advice: Seconds);

    private static readonly Counter<double> Reserved = Meter.CreateCounter<double>(
        GenOpsMetrics.Reserved, "{unit}", "Held for admitted workloads, by unit");

    private static readonly Counter<double> Spent = Meter.CreateCounter<double>(
        GenOpsMetrics.Spent, "{unit}", "Recorded as consumed, by unit");

    private static readonly Histogram<double> Revocation = Meter.CreateHistogram(
        GenOpsMetrics.RevocationDuration, "s", "From a revocation's arrival to its acknowledgement", advice: Seconds);

    public static void Decided(Decision decision, TimeSpan elapsed)
    {
        var result = new KeyValuePair<string, object?>(GenOpsAttributes.PolicyResult, decision.Result.Text());
        if (decision.ReasonCode is { } code)
            Decisions.Add(1, result, new(GenOpsAttributes.PolicyReasonCode, code));
        else
            Decisions.Add(1, result);
        Duration.Record(elapsed.TotalSeconds, result);
        if (!decision.Result.Admits())
            return;

        foreach (var reservation in decision.Reservations)
            Reserved.Add(reservation.Amount.ToDouble(), new KeyValuePair<string, object?>(GenOpsAttributes.AccountingUnit, reservation.Unit.Code));
    }

    public static void Settled(Settlement settlement)
    {
        if (settlement.Actual is { } actual)
            Spent.Add(actual.ToDouble(), new KeyValuePair<string, object?>(GenOpsAttributes.AccountingUnit, settlement.Unit.Code));
    }

    public static void Revoked(TimeSpan elapsed) => Revocation.Record(elapsed.TotalSeconds);
}
