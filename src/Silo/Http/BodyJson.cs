using System.Text.Json;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>
/// Reads a body as one of the contract's types. The serializer alone decides what is accepted; only when it refuses is
/// the body looked at again, to say which field is at fault and why in words that its sender understands.
/// </summary>
internal static class BodyJson
{
    /// <summary>What <paramref name="json"/> holds.</summary>
    /// <exception cref="InvalidRequestException">It is not well formed.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json) where T : class
    {
        if (json.IsEmpty)
            throw new InvalidRequestException("body", "is required, as a JSON object");

        try
        {
            return JsonSerializer.Deserialize<T>(json.Span, GenOpsJson.Http)
                ?? throw new InvalidRequestException("body", "must be an object");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NotSupportedException)
        {
            RequireWellFormed(json.Span);
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = GenOpsJson.DepthMax });
            throw JsonFault.Find(document.RootElement, typeof(T))
                ?? new InvalidRequestException("body", $"is not as described in /openapi/v1.json: {error.Message}");
        }
    }

    private static void RequireWellFormed(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
            while (reader.Read())
            {
                // The depth of a container is that of the values in it, less one.
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= GenOpsJson.DepthMax)
                    throw new InvalidRequestException("body", $"nests deeper than {GenOpsJson.DepthMax} levels");
            }
        }
        catch (JsonException error)
        {
            throw new InvalidRequestException(
                "body", $"is not well-formed JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}");
        }
    }
}
