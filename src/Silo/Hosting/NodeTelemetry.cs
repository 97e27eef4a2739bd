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
    private const string ServiceName = "genops-control-plane";
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Adds it.</summary>
    public static void AddNodeTelemetry(this WebApplicationBuilder builder)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            // The environment's words (OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME) come last, so that they win over the made-up id of the instance.
            .ConfigureResource(resource => resource.AddService(ServiceName).AddEnvironmentVariableDetector())
            .WithMetrics(metrics => metrics
                .AddNodeMeters()
                .AddPrometheusExporter());
        if (string.IsNullOrEmpty(builder.Configuration[OtlpEndpoint]))
            return;

        telemetry.WithTracing(tracing => tracing
            .AddSource(GenOpsSources.Workloads, "Microsoft.AspNetCore", "Microsoft.Orleans.Application"));
        telemetry.UseOtlpExporter();
    }

    /// <summary>Serves the metrics, and nothing else, on a listener of their own if there is one; whoever reaches it may see them.</summary>
    public static void UseNodeMetrics(this WebApplication app, NodeOptions options)
    {
        if (options.MetricsUrl.Length == 0)
            return;

        var port = new Uri(options.MetricsUrl).Port;
        app.UseWhen(context => context.Connection.LocalPort == port, metrics =>
        {
            metrics.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path == "/metrics");
            metrics.Run(context =>
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Serves the metrics. They are about every tenant, so they take a credential for all.</summary>
    public static void MapNodeMetrics(this WebApplication app) =>
        app.MapPrometheusScrapingEndpoint("/metrics").Requires(Permission.ClusterRead);
}
