using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Silo.Access;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Prices: a tenant's own, its rates of exchange, and what a call would cost.</summary>
internal static class PriceEndpoints
{
    private const string Tag = "Prices";

    /// <summary>Adds them.</summary>
    public static void MapPrices(this IEndpointRouteBuilder tenant)
    {
        tenant.MapGet("/prices", GetPricesAsync).Requires(Permission.PriceRead)
            .Describe(Tag, "getPrices", "Read the tenant's own prices", "In the order they were given. Models that none of them is for are priced by the price book.");

        tenant.MapPut("/prices", PutPricesAsync).Requires(Permission.PriceWrite)
            .Describe(Tag, "putPrices", "Replace the tenant's own prices",
                "The list as a whole: an empty one leaves the price book alone. In a model's name * stands for any text, and the most specific price counts: "
                + "a whole name before a pattern, the longer text before the first * before the shorter, one that names the provider before one that doesn't. "
                + "Goes before the price book, also for models that the book knows. Holds for what is reserved from now on; what is reserved is settled at the prices of then.");

        tenant.MapGet("/exchange-rates", GetRatesAsync).Requires(Permission.PriceRead)
            .Describe(Tag, "getExchangeRates", "Read the tenant's rates of exchange", "In the order they were given.");

        tenant.MapPut("/exchange-rates", PutRatesAsync).Requires(Permission.PriceWrite)
            .Describe(Tag, "putExchangeRates", "Replace the tenant's rates of exchange",
                "The list as a whole. A budget in another currency than a price is charged the price times the rate of exactly that pair, in exactly that direction; "
                + "without one the price is unknown. Holds for what is reserved from now on; the rate is recorded with each charge.");

        tenant.MapGet("/prices/quote", QuoteAsync).Requires(Permission.PriceRead)
            .Describe(Tag, "quotePrice", "Price a call",
                "What a call would cost now, exactly: by the tenant's own price, else by the price book's, with the version that a charge would name. "
                + "A model without a price, or a currency without a rate, is an error, not zero.");
    }

    private static Task<ImmutableArray<ModelPrice>> GetPricesAsync(TenantId tenant, IGrainFactory grains) => Grain(grains, tenant).GetPricesAsync();

    private static Task<ImmutableArray<ModelPrice>> PutPricesAsync(TenantId tenant, Body<ModelPrice[]> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant).PutPricesAsync([.. body.Value], caller.Principal);

    private static Task<ImmutableArray<ExchangeRate>> GetRatesAsync(TenantId tenant, IGrainFactory grains) => Grain(grains, tenant).GetRatesAsync();

    private static Task<ImmutableArray<ExchangeRate>> PutRatesAsync(TenantId tenant, Body<ExchangeRate[]> body, Caller caller, IGrainFactory grains) =>
        Grain(grains, tenant).PutRatesAsync([.. body.Value], caller.Principal);

    private static async Task<PriceQuote> QuoteAsync(
        TenantId tenant, string? provider, string? model, long? inputTokens, long? outputTokens, long? cacheReadTokens,
        long? cacheWriteTokens, string? currency, PriceBook book, TenantDirectory tenants, AuthorityWatch watch, TimeProvider time)
    {
        WorkloadRequestRules.RequireText(model, "model");
        WorkloadRequestRules.RequireOptional(provider, "provider");
        var usage = new TokenUsage(
            Count("inputTokens", inputTokens),
            Count("outputTokens", outputTokens),
            Count("cacheReadTokens", cacheReadTokens),
            Count("cacheWriteTokens", cacheWriteTokens));
        if (usage.CacheReadTokens + usage.CacheWriteTokens > usage.InputTokens)
            throw new InvalidRequestException("inputTokens", "includes the cached ones, so it is at least cacheReadTokens + cacheWriteTokens");

        // Whoever replaced the prices by way of another node is told the new ones here too.
        await watch.RefreshAsync();
        var prices = (await tenants.GetAsync(tenant)).Prices.Newest;
        return prices.Quote(book, provider, model!, usage, Currency(currency), time.GetUtcNow()) switch
        {
            Priced priced => new PriceQuote(
                priced.Provider, priced.Model, priced.Total, priced.Currency,
                [.. priced.Lines.Select(line => new PriceQuoteLine(line.Class, line.Count, line.Price, line.Per, line.Amount))],
                priced.Version, priced.Source, priced.Rate),
            UnknownModel unknown => throw new NotFoundException("price_unknown", unknown.Message),
            Unpriced unpriced => throw new NotFoundException("price_unknown", unpriced.Message),
            var other => throw new InvalidOperationException($"the prices answered {other.GetType().Name}"),
        };
    }

    private static long Count(string field, long? count) => RequestField.Count(field, count, WorkloadRequestRules.TokensMax);

    private static Unit? Currency(string? text) =>
        text is null ? null
        : Unit.TryParse(text, null, out var unit) && unit.IsCurrency ? unit
        : throw new InvalidRequestException("currency", "must be an ISO 4217 currency code such as USD");

    private static ITenantGrain Grain(IGrainFactory grains, TenantId tenant) => grains.Find<ITenantGrain>(ITenantGrain.Key(tenant));
}
