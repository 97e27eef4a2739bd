using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Like <see cref="Body{T}"/>, and no body at all is fine: nobody who pulls a kill switch should have to type JSON.</summary>
/// <typeparam name="T">What it holds; all of its fields are optional.</typeparam>
/// <param name="Value">What was read, or an empty one.</param>
internal sealed record OptionalBody<T>(T Value) : IEndpointParameterMetadataProvider where T : class, new()
{
    /// <summary>Reads the request's body.</summary>
    /// <exception cref="GenOps.ControlPlane.Errors.InvalidRequestException">There is one, and it is not a well-formed <typeparamref name="T"/>.</exception>
    public static async ValueTask<OptionalBody<T>> BindAsync(HttpContext context)
    {
        var limit = context.RequestServices.GetRequiredService<IOptions<HttpOptions>>().Value.BodyBytesMax;
        using var body = await BodyBytes.ReadAsync(context.Request, limit);
        return new OptionalBody<T>(body.Memory.IsEmpty ? new T() : BodyJson.Read<T>(body.Memory));
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T), isOptional: true));
}
