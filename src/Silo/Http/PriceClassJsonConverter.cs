using System.Text.Json;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Classes of price in the words of the usage that they price: <c>cacheRead</c>.</summary>
internal sealed class PriceClassJsonConverter() : JsonStringEnumConverter<PriceClass>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
