using System.Globalization;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Pricing;

/// <summary>One of a tenant's own prices, made ready to be looked up.</summary>
internal sealed class OverlayEntry : IComparable<OverlayEntry>
{
    private const int RequestsPerPrice = 1_000;

    private readonly ModelPrice _price;

    /// <summary>Creates one.</summary>
    public OverlayEntry(ModelPrice price)
    {
        _price = price;
        Pattern = new ModelPattern(price.Model);
        Provider = ProviderName(price.Provider);
        var prices = new Dictionary<PriceClass, TieredPrice>
        {
            [PriceClass.Input] = Plain(PriceClass.Input, price.InputPerMillion),
            [PriceClass.Output] = Plain(PriceClass.Output, price.OutputPerMillion),
        };
        if (price.CacheReadPerMillion is { } read)
            prices[PriceClass.CacheRead] = Plain(PriceClass.CacheRead, read);
        if (price.CacheWritePerMillion is { } write)
            prices[PriceClass.CacheWrite] = Plain(PriceClass.CacheWrite, write);

        // A price set counts calls by the thousand, as the price book does.
        if (price.PerRequest is { } call)
            prices[PriceClass.Requests] = Plain(PriceClass.Requests, Quantity.FromPico(checked(call.Pico * RequestsPerPrice)));
        Prices = new PriceSet(prices, []);
    }

    /// <summary>Which models it is for.</summary>
    public ModelPattern Pattern { get; }

    /// <summary>Which provider it is for, in lower case; null for any.</summary>
    public string? Provider { get; }

    /// <summary>The prices.</summary>
    public PriceSet Prices { get; }

    /// <summary>The currency of the prices.</summary>
    public Unit Currency => _price.Currency;

    /// <summary>The pattern as the tenant writes it.</summary>
    public string ModelShown => _price.Model;

    /// <summary>The provider as the tenant writes it; null for any.</summary>
    public string? ProviderShown => _price.Provider;

    /// <summary>A provider's name as it is compared: two that differ in case only are the same.</summary>
    public static string? ProviderName(string? provider) => provider?.Trim().ToLowerInvariant();

    /// <summary>Whether it is for calls to a provider.</summary>
    /// <param name="provider">As <see cref="ProviderName"/> gives it; null if the call names none.</param>
    public bool IsFor(string? provider) => Provider is null || Provider == provider;

    /// <summary>The more specific one first; the same only for the same provider and pattern.</summary>
    public int CompareTo(OverlayEntry? other)
    {
        if (other is null)
            return -1;

        var order = other.Pattern.IsExact.CompareTo(Pattern.IsExact);
        order = order != 0 ? order : other.Pattern.Prefix.Length.CompareTo(Pattern.Prefix.Length);
        order = order != 0 ? order : (Provider is null).CompareTo(other.Provider is null);
        order = order != 0 ? order : other.Pattern.Literals.CompareTo(Pattern.Literals);
        order = order != 0 ? order : Pattern.Stars.CompareTo(other.Pattern.Stars);
        order = order != 0 ? order : string.CompareOrdinal(Pattern.ToString(), other.Pattern.ToString());
        return order != 0 ? order : string.CompareOrdinal(Provider, other.Provider);
    }

    private static TieredPrice Plain(PriceClass priceClass, Quantity price) =>
        ExactPrice.TryRead(price.ToString(), PriceKeys.PowerOfTenOf(priceClass), out var exact, out var fault)
            ? new TieredPrice(exact, [])
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"the price {price} {fault}"), nameof(price));
}
