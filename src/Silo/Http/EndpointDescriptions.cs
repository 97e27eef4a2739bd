using GenOps.ControlPlane.Authority;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>How an endpoint describes itself in the OpenAPI document.</summary>
internal static class EndpointDescriptions
{
    /// <summary>Names the endpoint for people and for generators of clients.</summary>
    public static RouteHandlerBuilder Describe(
        this RouteHandlerBuilder endpoint, string tag, string operationId, string summary, string description) =>
        endpoint.WithTags(tag).WithName(operationId).WithSummary(summary).WithDescription(description);

    /// <summary>It changes authority, and with <c>dryRun</c> says what that would cut off.</summary>
    public static RouteHandlerBuilder HasDryRun(this RouteHandlerBuilder endpoint) =>
        endpoint.Produces<AuthorityChange>().WithMetadata(new DryRunAnswer(typeof(CutOff)));
}
