using System.Text;

namespace GenOps.ControlPlane.Pricing;

/// <summary>Small price books for tests.</summary>
internal static class BookText
{
    public static readonly DateTimeOffset Noon = new(2026, 8, 21, 12, 0, 0, TimeSpan.Zero);

    public static PriceBook Read(string json, PriceBookOptions? options = null) =>
        PriceBook.Read(Encoding.UTF8.GetBytes(json), options);

    /// <summary>A book of the provider "p" with the model "m" and the given prices.</summary>
    public static PriceBook WithPrices(string prices) => Read(
        $$"""[{ "id": "p", "name": "P", "models": [{ "id": "m", "match": { "equals": "m" }, "prices": {{prices}} }] }]""");

    /// <summary>A book of the provider "p" with the given list of models.</summary>
    public static PriceBook WithModels(string models) => Read($$"""[{ "id": "p", "models": [{{models}}] }]""");
}
