using System.Diagnostics.Metrics;
using GenOps.ControlPlane.Telemetry;

namespace GenOps.ControlPlane.Silo.Overload;

/// <summary>What the door measures.</summary>
internal static class OverloadInstruments
{
    private static readonly Meter Meter = new(GenOpsMetrics.Meter);

    private static readonly UpDownCounter<long> UnderWay = Meter.CreateUpDownCounter<long>(
        GenOpsMetrics.DecisionsUnderWay, "{request}", "Requests for a decision that the silo is handling.");

    private static readonly Counter<long> Overloaded = Meter.CreateCounter<long>(
        GenOpsMetrics.DecisionsOverloaded, "{request}", "Requests for a decision that were refused at once because their tenant had its share under way.");

    /// <summary>Says that nobody was refused yet: a counter that appears with its first refusal hides it from whoever looks at its rise.</summary>
    public static void Begin() => Overloaded.Add(0);

    /// <summary>Places were taken, or given back.</summary>
    public static void Taken(int change) => UnderWay.Add(change);

    /// <summary>There was no place.</summary>
    public static void Refused() => Overloaded.Add(1);
}
