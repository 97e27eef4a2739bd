using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Json;

/// <summary>Reads and writes a validated value as its text; what is wrong with a text becomes the error's message.</summary>
/// <typeparam name="T">A type whose <see cref="object.ToString"/> is read back by its Parse.</typeparam>
public sealed class ParsableJsonConverter<T> : JsonConverter<T> where T : struct, IParsable<T>
{
    // Of those that write UTF-8 by themselves; a longer one would be written by way of a string.
    private const int TextLengthMax = 128;

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("must be a string");

        return ParseText(JsonText.Read(ref reader));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        // Asked of the type, and decided when this is compiled for it: nothing is boxed.
        if (value is IUtf8SpanFormattable)
        {
            Span<byte> text = stackalloc byte[TextLengthMax];
            if (((IUtf8SpanFormattable)value).TryFormat(text, out var length, default, CultureInfo.InvariantCulture))
            {
                writer.WriteStringValue(text[..length]);
                return;
            }
        }

        writer.WriteStringValue(value.ToString());
    }

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ParseText(JsonText.Read(ref reader));

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString()!);

    private static T ParseText(string text)
    {
        try
        {
            return T.Parse(text, null);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new JsonException(error.Message, error);
        }
    }
}
