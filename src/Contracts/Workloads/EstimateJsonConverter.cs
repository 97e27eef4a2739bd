using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Workloads;

/// <summary>The three forms of an estimate: tokens, one amount, a list of amounts.</summary>
public sealed class EstimateJsonConverter : JsonConverter<Estimate>
{
    /// <inheritdoc/>
    public override Estimate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                return new Estimate(Amounts: JsonSerializer.Deserialize<ImmutableArray<Amount>>(ref reader, options));

            case JsonTokenType.StartObject:
                var ahead = reader;
                ahead.Read();
                return ahead.TokenType == JsonTokenType.PropertyName && (ahead.ValueTextEquals("amount") || ahead.ValueTextEquals("unit"))
                    ? new Estimate(Amounts: [JsonSerializer.Deserialize<Amount>(ref reader, options)!])
                    : ReadTokens(ref reader, options);

            default:
                throw new JsonException(
                    "must be { \"inputTokens\", \"maxOutputTokens\" }, { \"amount\", \"unit\" }, or a list of such amounts");
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Estimate value, JsonSerializerOptions options)
    {
        if (!value.Amounts.IsDefaultOrEmpty)
        {
            // In the order of their units, so that the same estimate has one canonical text.
            JsonSerializer.Serialize(
                writer, value.Amounts.Sort((a, b) => string.CompareOrdinal(a.Unit.Code, b.Unit.Code)), options);
            return;
        }

        JsonSerializer.Serialize(writer, new TokenForm(value.InputTokens, value.MaxOutputTokens), options);
    }

    private static Estimate ReadTokens(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        var form = JsonSerializer.Deserialize<TokenForm>(ref reader, options)!;
        return new Estimate(form.InputTokens, form.MaxOutputTokens, []);
    }

    private sealed record TokenForm(long? InputTokens = null, long? MaxOutputTokens = null);
}
