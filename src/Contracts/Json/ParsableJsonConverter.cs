using System.Text.Json;
using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Json;

/// <summary>Reads and writes a validated value as its text; what is wrong with a text becomes the error's message.</summary>
/// <typeparam name="T">A type whose <see cref="object.ToString"/> is read back by its Parse.</typeparam>
public sealed class ParsableJsonConverter<T> : JsonConverter<T> where T : struct, IParsable<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("must be a string");

        return ParseText(JsonText.Read(ref reader));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

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
