using GenOps.ControlPlane.Telemetry;
using OpenTelemetry.Metrics;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Which meters a node shows, and what of them: Orleans measures a hundred things, and nobody looks at most of them.</summary>
internal static class NodeMeters
{
    private const string Orleans = "Microsoft.Orleans";

    private static readonly HashSet<string> KeptOfOrleans =
    [
        "orleans-catalog-activations",
        "orleans-catalog-activation-shutdown",
        "orleans-gateway-connected-clients",
        "orleans-gateway-load-shedding",
        "orleans-messaging-expired",
        "orleans-messaging-rejected",
        "orleans-messaging-pings-reply-missed",
        "orleans-runtime-available-memory",
        "orleans-scheduler-long-running-turns",
        "orleans-storage-read-errors",
        "orleans-storage-write-errors",
        "orleans-watchdog-health-checks-failed",
    ];

    /// <summary>Adds them.</summary>
    public static MeterProviderBuilder AddNodeMeters(this MeterProviderBuilder metrics) => metrics
        .AddMeter(
            GenOpsMetrics.Meter, Orleans, "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
        .AddView(instrument => instrument.Meter.Name == Orleans && !KeptOfOrleans.Contains(instrument.Name)
            ? MetricStreamConfiguration.Drop
            : null);
}
