using GenOps.ControlPlane.Silo.Access;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Health, for whatever keeps the process running.</summary>
internal static class HealthEndpoints
{
    private const string Tag = "Health";

    /// <summary>Adds them.</summary>
    public static void MapHealth(this IEndpointRouteBuilder api)
    {
        api.MapGet("/health/live", () => new Health("live")).IsOpenToAll()
            .Describe(Tag, "live", "Is the process alive?", "If this does not answer, restart it.");

        api.MapGet("/health/ready", async (Readiness readiness, CancellationToken cancellationToken) =>
            {
                await readiness.RequireAsync(cancellationToken);
                return new Health("ready");
            })
            .IsOpenToAll()
            .Describe(Tag, "ready", "Can it decide?", "The silo has joined its cluster, the ledger answers, the clock is right and the node is not stopping. If not: 503 with the cause, and it should get no traffic.");
    }
}
