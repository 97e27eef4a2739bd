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

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        GenOpsMetrics.DecisionDuration, "s", "From a request's arrival at its agent to its answer");

    private static readonly Counter<double> Reserved = Meter.CreateCounter<double>(
        GenOpsMetrics.Reserved, "{unit}", "Held for admitted workloads, by unit");

    private static readonly Counter<double> Spent = Meter.CreateCounter<double>(
        GenOpsMetrics.Spent, "{unit}", "Recorded as consumed, by unit");

    private static readonly Histogram<double> Revocation = Meter.CreateHistogram<double>(
        GenOpsMetrics.RevocationDuration, "s", "From a revocation's arrival to its acknowledgement");

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
