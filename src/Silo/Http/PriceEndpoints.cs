using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Silo.Access;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Prices.</summary>
internal static class PriceEndpoints
{
    /// <summary>Adds them.</summary>
    public static void MapPrices(this IEndpointRouteBuilder tenant) =>
        tenant.MapGet("/prices/quote", Quote).Requires(Permission.PriceRead)
            .Describe("Prices", "quotePrice", "Price a call", "What a call would cost now, exactly, with the price book's version. A model without a price is an error, not zero.");

    private static PriceQuote Quote(
        TenantId tenant, string? provider, string? model, long? inputTokens, long? outputTokens, long? cacheReadTokens,
        long? cacheWriteTokens, PriceBook prices, TimeProvider time)
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

        return prices.Quote(provider, model!, usage, time.GetUtcNow()) switch
        {
            Priced priced => new PriceQuote(
                priced.Provider, priced.Model, priced.Total, priced.Currency,
                [.. priced.Lines.Select(line => new PriceQuoteLine(line.Class, line.Count, line.Price, line.Per, line.Amount))],
                priced.Version),
            UnknownModel unknown => throw new NotFoundException("price_unknown", unknown.Message),
            Unpriced unpriced => throw new NotFoundException("price_unknown", unpriced.Message),
            var other => throw new InvalidOperationException($"the price book answered {other.GetType().Name}"),
        };
    }

    private static long Count(string field, long? count) => RequestField.Count(field, count, WorkloadRequestRules.TokensMax);
}
