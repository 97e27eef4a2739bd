using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What a budget holds for a call whose cost is not known yet.</summary>
[GenerateSerializer, Alias("genops.EstimateBasis")]
[JsonConverter(typeof(JsonStringEnumConverter<EstimateBasis>))]
public enum EstimateBasis
{
    /// <summary>The most that it may cost.</summary>
    [JsonStringEnumMemberName("max")]
    Max,

    /// <summary>
    /// The share of the most that 95 of 100 earlier calls of the model stayed within, by this budget's own reconciled
    /// history; the most while that history is short. An actual above it is recorded in full, as ever.
    /// </summary>
    [JsonStringEnumMemberName("p95")]
    P95,
}
