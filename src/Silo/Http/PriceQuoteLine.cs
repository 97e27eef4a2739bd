using System.Text.Json.Serialization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>One summand of a price.</summary>
/// <param name="Class">What is charged.</param>
/// <param name="Count">How many tokens, or 1 for the call itself.</param>
/// <param name="Price">The price applied, as the price book writes it.</param>
/// <param name="Per">How many of the class that price is for.</param>
/// <param name="Amount">Count times price.</param>
internal sealed record PriceQuoteLine(
    [property: JsonConverter(typeof(PriceClassJsonConverter))] PriceClass Class, long Count, string Price, int Per, Quantity Amount);
