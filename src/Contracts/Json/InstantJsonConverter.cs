using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Json;

/// <summary>Instants as RFC 3339; written in UTC with microseconds, the resolution of the ledger.</summary>
public sealed class InstantJsonConverter : JsonConverter<DateTimeOffset>
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>The text of <paramref name="instant"/>.</summary>
    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var instant) && HasOffset(reader.GetString()!)
            ? instant.ToUniversalTime()
            : throw new JsonException("must be an RFC 3339 time such as 2026-11-23T08:00:00Z, with its offset from UTC");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[32];
        value.UtcDateTime.TryFormat(text, out var length, Form, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }

    /// <summary>Without an offset the time would be this machine's own.</summary>
    private static bool HasOffset(string text) =>
        text.EndsWith('Z') || text.Length > 6 && text[^6] is ('+' or '-') && text[^3] == ':' && text.Contains('T', StringComparison.Ordinal);
}
