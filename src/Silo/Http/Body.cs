using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>A handler's JSON body, read strictly.</summary>
/// <typeparam name="T">What it holds.</typeparam>
/// <param name="Value">What was read.</param>
internal sealed record Body<T>(T Value) : IEndpointParameterMetadataProvider where T : class
{
    /// <summary>Reads the request's body.</summary>
    /// <exception cref="GenOps.ControlPlane.Errors.InvalidRequestException">It is not a well-formed <typeparamref name="T"/>.</exception>
    public static async ValueTask<Body<T>> BindAsync(HttpContext context)
    {
        var limit = context.RequestServices.GetRequiredService<IOptions<HttpOptions>>().Value.BodyBytesMax;
        using var body = await BodyBytes.ReadAsync(context.Request, limit);
        return new Body<T>(BodyJson.Read<T>(body.Memory));
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T), isOptional: false));
}
