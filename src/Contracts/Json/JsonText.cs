using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Json;

/// <summary>
/// The text that may enter the system: well-formed Unicode without control characters. The ledger stores text as it
/// was hashed, and a lone surrogate or a NUL has no faithful form in every database.
/// </summary>
public sealed class JsonText : JsonConverter<string>
{
    /// <summary>What is wrong with <paramref name="text"/>, or null.</summary>
    public static string? Fault(string text)
    {
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var consumed) != System.Buffers.OperationStatus.Done)
                return "contains a lone surrogate, which is not a character";
            if (Rune.IsControl(rune))
                return $"contains the control character U+{rune.Value:X4}";
            rest = rest[consumed..];
        }

        return null;
    }

    /// <summary>Reads the string that <paramref name="reader"/> stands on.</summary>
    /// <exception cref="JsonException">It is not text that may enter the system.</exception>
    public static string Read(ref Utf8JsonReader reader)
    {
        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("contains a lone surrogate or broken UTF-8", error);
        }

        return Fault(text) is { } fault ? throw new JsonException(fault) : text;
    }

    /// <inheritdoc/>
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Read(ref reader) : throw new JsonException("must be a string");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);

    /// <inheritdoc/>
    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value);
}
