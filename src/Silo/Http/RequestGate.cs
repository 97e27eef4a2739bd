using System.Text;
using GenOps.ControlPlane.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>
/// Checks path and query against what the endpoint takes, before its handler is bound: a parameter that is not known
/// is refused, because a mistyped filter would answer a question that nobody asked.
/// </summary>
internal sealed class RequestGate(RequestDelegate next)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Lets a well-formed request through.</summary>
    /// <exception cref="InvalidRequestException">It is not well formed.</exception>
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
            return next(context);

        var path = context.Features.Get<IHttpRequestFeature>()?.RawTarget.Split('?')[0] ?? "";
        RequireEncoded("path", path);
        RequireNoDotSegments(path);
        RequireEncoded("query", context.Request.QueryString.Value ?? "");

        var parameters = endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>();
        foreach (var (name, value) in context.Request.RouteValues)
        {
            if (value is string text && Find(parameters, name) is { } parameter)
                RequestField.Require(name, text, parameter.ParameterInfo.ParameterType);
        }

        foreach (var (name, values) in context.Request.Query)
        {
            if (Find(parameters, name) is not { HasBindAsync: false } parameter || context.Request.RouteValues.ContainsKey(name))
                throw new InvalidRequestException(name, $"is not a known query parameter; {Known(endpoint, parameters)}");
            if (values.Count != 1)
                throw new InvalidRequestException(name, "is given twice");
            RequestField.Require(name, values[0] ?? "", parameter.ParameterInfo.ParameterType);
        }

        return next(context);
    }

    private static IParameterBindingMetadata? Find(IReadOnlyList<IParameterBindingMetadata> parameters, string name) =>
        parameters.FirstOrDefault(parameter => parameter.Name == name && IsPlain(parameter.ParameterInfo.ParameterType));

    private static bool IsPlain(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsValueType && type != typeof(CancellationToken) || type == typeof(string);
    }

    private static string Known(RouteEndpoint endpoint, IReadOnlyList<IParameterBindingMetadata> parameters)
    {
        var known = parameters
            .Where(parameter => IsPlain(parameter.ParameterInfo.ParameterType) && endpoint.RoutePattern.GetParameter(parameter.Name) is null)
            .Select(parameter => parameter.Name)
            .ToArray();
        return known.Length == 0 ? "there are none here" : $"known here: {string.Join(", ", known)}";
    }

    /// <summary>
    /// The server resolves <c>..</c> before it routes: a name of two dots would turn the removal of a key into that of
    /// its tenant.
    /// </summary>
    private static void RequireNoDotSegments(string path)
    {
        foreach (var segment in path.Split('/'))
        {
            if (Uri.UnescapeDataString(segment) is "." or "..")
                throw new InvalidRequestException("path", "has a segment '.' or '..', which is no name");
        }
    }

    /// <summary>The server replaces what it can't decode; two different requests would become the same.</summary>
    private static void RequireEncoded(string field, string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return;

        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                bytes[length++] = char.IsAscii(text[i]) ? (byte)text[i] : throw NotEncoded(field);
                continue;
            }

            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                throw NotEncoded(field);
            bytes[length++] = Convert.FromHexString(text.AsSpan(i + 1, 2))[0];
            i += 2;
        }

        try
        {
            StrictUtf8.GetCharCount(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw NotEncoded(field);
        }
    }

    private static InvalidRequestException NotEncoded(string field) => new(field, "is not percent-encoded UTF-8");
}
