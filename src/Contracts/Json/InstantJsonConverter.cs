using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Json;

/// <summary>Instants as RFC 3339; written in UTC with microseconds, the resolution of the ledger.</summary>
public sealed class InstantJsonConverter : JsonConverter<DateTimeOffset>
{
    // 2026-11-23T08:00:00.0000000Z, .NET's round-trip form, which it writes fastest.
    private const int RoundTripLength = 28;

    /// <summary>The text of <paramref name="instant"/>.</summary>
    public static string Text(DateTimeOffset instant)
    {
        Span<byte> text = stackalloc byte[RoundTripLength];
        return Encoding.ASCII.GetString(text[..Format(instant, text)]);
    }

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var instant) && HasOffset(reader.GetString()!)
            ? instant.ToUniversalTime()
            : throw new JsonException("must be an RFC 3339 time such as 2026-11-23T08:00:00Z, with its offset from UTC");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[RoundTripLength];
        writer.WriteStringValue(text[..Format(value, text)]);
    }

    private static int Format(DateTimeOffset instant, Span<byte> text)
    {
        instant.UtcDateTime.TryFormat(text, out var length, "O", CultureInfo.InvariantCulture);

        // The tenths of a microsecond go, and are not rounded.
        text[length - 2] = (byte)'Z';
        return length - 1;
    }

    /// <summary>Without an offset the time would be this machine's own.</summary>
    private static bool HasOffset(string text) =>
        text.EndsWith('Z') || text.Length > 6 && text[^6] is ('+' or '-') && text[^3] == ':' && text.Contains('T', StringComparison.Ordinal);
}
