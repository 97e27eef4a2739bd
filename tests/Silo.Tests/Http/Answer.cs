using System.Net.Http.Headers;
using System.Text.Json;

namespace GenOps.ControlPlane.Silo.Tests.Http;

/// <summary>What came back.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="MediaType">The body's media type.</param>
/// <param name="Text">The body.</param>
/// <param name="Headers">The headers.</param>
public sealed record Answer(int Status, string? MediaType, string Text, HttpResponseHeaders Headers)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>A text in the body; null if it is absent.</summary>
    public string? this[string member] => Json.TryGetProperty(member, out var value) ? value.GetString() : null;

    /// <summary>Reads a response.</summary>
    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            return new Answer(
                (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType,
                await response.Content.ReadAsStringAsync(), response.Headers);
        }
    }
}
