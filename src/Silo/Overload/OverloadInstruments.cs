using System.Diagnostics.Metrics;
using GenOps.ControlPlane.Telemetry;

namespace GenOps.ControlPlane.Silo.Overload;

/// <summary>What the door measures.</summary>
internal static class OverloadInstruments
{
    private static readonly Meter Meter = new(GenOpsMetrics.Meter);

    private static readonly UpDownCounter<long> UnderWay = Meter.CreateUpDownCounter<long>(
        GenOpsMetrics.DecisionsUnderWay, "{request}", "Requests for a decision that the silo is handling.");

    private static readonly UpDownCounter<long> InQueue = Meter.CreateUpDownCounter<long>(
        GenOpsMetrics.DecisionsWaiting, "{request}", "Requests for a decision that wait because their tenant has its share under way.");

    private static readonly Counter<long> Overloaded = Meter.CreateCounter<long>(
        GenOpsMetrics.DecisionsOverloaded, "{request}", "Requests for a decision that were refused because too many of their tenant's waited, or one waited too long.");

    /// <summary>Says that nobody was refused yet: a counter that appears with its first refusal hides it from whoever looks at its rise.</summary>
    public static void Begin() => Overloaded.Add(0);

    /// <summary>Places were taken, or given back.</summary>
    public static void Taken(int change) => UnderWay.Add(change);

    /// <summary>Requests began to wait for a place, or ended it.</summary>
    public static void Waiting(int change) => InQueue.Add(change);

    /// <summary>There was no place.</summary>
    public static void Refused() => Overloaded.Add(1);
}
