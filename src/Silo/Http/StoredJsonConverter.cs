using System.Text.Json;
using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Writes stored JSON as it is: written anew, it might differ from what was hashed.</summary>
internal sealed class StoredJsonConverter : JsonConverter<ReadOnlyMemory<byte>>
{
    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("stored text is only ever written");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Span);
}
