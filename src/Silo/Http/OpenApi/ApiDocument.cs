using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Silo.Access;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace GenOps.ControlPlane.Silo.Http.OpenApi;

/// <summary>The OpenAPI document of the HTTP API.</summary>
internal static class ApiDocument
{
    /// <summary>Its name, which is also the version in the paths.</summary>
    public const string Name = "v1";

    /// <summary>The name of the one security scheme.</summary>
    public const string KeyScheme = "key";

    /// <summary>Adds what makes it.</summary>
    public static void AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi(Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.CreateSchemaReferenceId = ApiSchemas.ReferenceId;
            options.AddSchemaTransformer(ApiSchemas.DescribeAsync);
            options.AddOperationTransformer(ApiOperations.DescribeAsync);
            options.AddDocumentTransformer(DescribeAsync);
        });

    /// <summary>Serves it.</summary>
    public static void MapApiDocument(this IEndpointRouteBuilder api) =>
        api.MapOpenApi("/openapi/{documentName}.json").IsOpenToAll();

    private static async Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "GenOps.ControlPlane",
            Version = Name,
            Description = "The governance plane of production AI systems: asked before each governed action, told afterwards what it cost. "
                + "Amounts are decimal strings, times are RFC 3339 in UTC, errors are problem+json with a stable code. Unknown fields and parameters are refused.",
            License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };

        // Where it is served is the operator's business; the committed document must not depend on it.
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [KeyScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key, as 'Authorization: Bearer KEY'. It is good for one tenant, or for all.",
            },
        };

        // The generator does not describe what it only meets as an item of an optional list.
        foreach (var type in (Type[])[typeof(Amount), typeof(BudgetLimit)])
            document.Components.Schemas![type.Name] = await context.GetOrCreateSchemaAsync(type, null, cancellationToken);
    }
}
