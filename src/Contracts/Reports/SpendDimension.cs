using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Reports;

/// <summary>What spend is summed by.</summary>
[GenerateSerializer, Alias("genops.SpendDimension")]
[JsonConverter(typeof(JsonStringEnumConverter<SpendDimension>))]
public enum SpendDimension
{
    /// <summary>The agent that acted.</summary>
    [JsonStringEnumMemberName("agent")]
    Agent,

    /// <summary>The model asked for, apart for each provider.</summary>
    [JsonStringEnumMemberName("model")]
    Model,

    /// <summary>The provider.</summary>
    [JsonStringEnumMemberName("provider")]
    Provider,

    /// <summary>The customer served.</summary>
    [JsonStringEnumMemberName("customerId")]
    CustomerId,

    /// <summary>The product's feature.</summary>
    [JsonStringEnumMemberName("feature")]
    Feature,
}
