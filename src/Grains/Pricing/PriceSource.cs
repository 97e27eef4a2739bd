using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Pricing;

/// <summary>Whose prices they are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PriceSource>))]
public enum PriceSource
{
    /// <summary>Those of the price book that comes with the product.</summary>
    [JsonStringEnumMemberName("priceBook")]
    PriceBook,

    /// <summary>The tenant's own.</summary>
    [JsonStringEnumMemberName("overlay")]
    Overlay,
}
