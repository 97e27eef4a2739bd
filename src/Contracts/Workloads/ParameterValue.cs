using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Workloads;

/// <summary>The value of a named parameter of an action: a string, an exact number, or a truth value.</summary>
[GenerateSerializer, Immutable, Alias("genops.ParameterValue")]
[JsonConverter(typeof(Converter))]
public sealed record ParameterValue
{
    /// <summary>The text, if it is one.</summary>
    [Id(0)]
    public string? Text { get; private init; }

    /// <summary>The number, if it is one; exact, without trailing zeros.</summary>
    [Id(1)]
    public decimal? Number { get; private init; }

    /// <summary>The truth value, if it is one.</summary>
    [Id(2)]
    public bool? Truth { get; private init; }

    /// <summary>A text.</summary>
    public static ParameterValue Of(string text) => new() { Text = text };

    /// <summary>A number.</summary>
    public static ParameterValue Of(decimal number) =>
        new() { Number = decimal.Parse(number.ToString("0.############################", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) };

    /// <summary>A truth value.</summary>
    public static ParameterValue Of(bool truth) => new() { Truth = truth };

    private sealed class Converter : JsonConverter<ParameterValue>
    {
        public override ParameterValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType switch
            {
                JsonTokenType.String => Of(JsonText.Read(ref reader)),
                JsonTokenType.Number when reader.TryGetDecimal(out var number) => Of(number),
                JsonTokenType.True => Of(true),
                JsonTokenType.False => Of(false),
                _ => throw new JsonException("must be a string, a number of at most 28 digits, or true or false"),
            };

        public override void Write(Utf8JsonWriter writer, ParameterValue value, JsonSerializerOptions options)
        {
            if (value.Number is { } number)
                writer.WriteNumberValue(number);
            else if (value.Truth is { } truth)
                writer.WriteBooleanValue(truth);
            else
                writer.WriteStringValue(value.Text);
        }
    }
}
