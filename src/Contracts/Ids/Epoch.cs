using System.Text.Json;
using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Ids;

/// <summary>The number of the newest authority change in the cluster; a decision names the one it was checked at.</summary>
/// <param name="Value">0 in a new ledger; each change of authority adds one.</param>
[GenerateSerializer, Immutable, Alias("genops.Epoch")]
[JsonConverter(typeof(Converter))]
public readonly record struct Epoch(long Value) : IComparable<Epoch>
{
    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Value.CompareTo(other.Value);

    public static bool operator <(Epoch left, Epoch right) => left.Value < right.Value;

    public static bool operator >(Epoch left, Epoch right) => left.Value > right.Value;

    public static bool operator <=(Epoch left, Epoch right) => left.Value <= right.Value;

    public static bool operator >=(Epoch left, Epoch right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();

    private sealed class Converter : JsonConverter<Epoch>
    {
        public override Epoch Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value >= 0
                ? new Epoch(value)
                : throw new JsonException("an epoch is a whole number, 0 or more");

        public override void Write(Utf8JsonWriter writer, Epoch value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }
}
