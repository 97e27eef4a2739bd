using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Pricing;

/// <summary>A tenant's own prices and its rates of exchange, as they were at one instant.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Overlay">Its own prices.</param>
/// <param name="Rates">Its rates of exchange.</param>
public sealed record TenantPrices(TenantId Tenant, PriceOverlay Overlay, ExchangeRates Rates)
{
    /// <summary>What a call costs: by the tenant's own price, else by the price book's.</summary>
    /// <param name="book">The price book.</param>
    /// <param name="provider">The provider, as the application calls it; null if it names none.</param>
    /// <param name="model">The model, as the application calls it.</param>
    /// <param name="usage">What it consumed.</param>
    /// <param name="currency">What the amount must be in; null for the currency of the price.</param>
    /// <param name="at">When: the book's prices change by date and by time of day.</param>
    public PriceAnswer Quote(PriceBook book, string? provider, string model, TokenUsage usage, Unit? currency, DateTimeOffset at)
    {
        var answer = Overlay.Quote(provider, model, usage) ?? book.Quote(provider, model, usage, at);
        return answer is Priced priced && currency is { } wanted && priced.Currency != wanted ? Exchange(priced, wanted) : answer;
    }

    private PriceAnswer Exchange(Priced priced, Unit currency)
    {
        if (Rates.Find(priced.Currency, currency) is not { } rate)
        {
            return new Unpriced(
                $"there is no rate from {priced.Currency} to {currency}: PUT /v1/tenants/{Tenant}/exchange-rates, or state an amount in {currency}");
        }

        try
        {
            return priced with { Total = ExchangeRates.Convert(priced.Lines, rate), Currency = currency, Rate = rate };
        }
        catch (OverflowException)
        {
            return new Unpriced($"the price of this usage of the model '{priced.Model}' is too large to be counted in {currency}");
        }
    }
}
