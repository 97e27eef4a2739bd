using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Silo.Access;
using GenOps.ControlPlane.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>What a node tells observability: metrics to scrape, and everything over OTLP where the environment names a collector.</summary>
internal static class NodeTelemetry
{
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Adds it.</summary>
    public static void AddNodeTelemetry(this WebApplicationBuilder builder)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("genops-control-plane"))
            .WithMetrics(metrics => metrics
                .AddNodeMeters()
                .AddPrometheusExporter());
        if (string.IsNullOrEmpty(builder.Configuration[OtlpEndpoint]))
            return;

        telemetry.WithTracing(tracing => tracing
            .AddSource(GenOpsSources.Workloads, "Microsoft.AspNetCore", "Microsoft.Orleans.Application"));
        telemetry.UseOtlpExporter();
    }

    /// <summary>Serves the metrics. They are about every tenant, so they take a credential for all.</summary>
    public static void MapNodeMetrics(this WebApplication app) =>
        app.MapPrometheusScrapingEndpoint("/metrics").Requires(Permission.ClusterRead);
}
