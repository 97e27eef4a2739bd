using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Pricing;

public sealed class ExchangeRatesTests
{
    private static readonly Unit Eur = Unit.Parse("EUR");

    [Fact]
    public void Quote_WithoutTheRate_SaysHowToStateIt()
    {
        // The other direction and the way over a third currency are no rates.
        var prices = Prices(PriceOverlay.Empty, Rate("EUR", "USD", "1.1"), Rate("USD", "GBP", "0.8"), Rate("GBP", "EUR", "1.2"));

        var unpriced = Assert.IsType<Unpriced>(prices.Quote(PriceBook.Default, "openai", "gpt-4o", new TokenUsage(1, 1), Eur, BookText.Noon));

        Assert.Equal("there is no rate from USD to EUR: PUT /v1/tenants/acme/exchange-rates, or state an amount in EUR", unpriced.Message);
    }

    [Fact]
    public void Quote_PriceInThatCurrency_NeedsNoRate()
    {
        var prices = Prices(PriceOverlayTests.Overlay(PriceOverlayTests.Price("gpt-4o", "2", currency: "EUR")), Rate("USD", "EUR", "0.9"));

        var priced = Assert.IsType<Priced>(prices.Quote(PriceBook.Default, "openai", "gpt-4o", new TokenUsage(1_000_000, 0), Eur, BookText.Noon));

        Assert.Equal(("2", null), (priced.Total.ToString(), priced.Rate));
    }

    [Fact]
    public void Quote_ThirdsOfACent_AreRoundedUpOnceAfterTheRate()
    {
        // 0.4e-12 + 0.4e-12 = 0.8e-12 of a dollar: two lines of 1e-12 each, and 0.8e-12 * 2.5 = 2e-12 of a euro.
        var prices = Prices(
            PriceOverlayTests.Overlay(PriceOverlayTests.Price("m", "0.0000004", "0.0000004")), Rate("USD", "EUR", "2.5"));

        var dollars = Assert.IsType<Priced>(prices.Quote(PriceBook.Default, null, "m", new TokenUsage(1, 1), null, BookText.Noon));
        var euros = Assert.IsType<Priced>(prices.Quote(PriceBook.Default, null, "m", new TokenUsage(1, 1), Eur, BookText.Noon));

        Assert.Equal(("0.000000000002", "0.000000000002"), (dollars.Total.ToString(), euros.Total.ToString()));
    }

    [Fact]
    public void Quote_TooLargeInThatCurrency_IsUnpriced()
    {
        var prices = Prices(PriceOverlayTests.Overlay(PriceOverlayTests.Price("m", "100000000000")), Rate("USD", "EUR", "1000000000"));

        var fits = Assert.IsType<Priced>(prices.Quote(PriceBook.Default, null, "m", new TokenUsage(9_999, 0), Eur, BookText.Noon));
        var unpriced = Assert.IsType<Unpriced>(
            prices.Quote(PriceBook.Default, null, "m", new TokenUsage(WorkloadRequestRules.TokensMax, 0), Eur, BookText.Noon));

        Assert.Equal("999900000000000000", fits.Total.ToString());
        Assert.Equal("the price of this usage of the model 'm' is too large to be counted in EUR", unpriced.Message);
    }

    [Fact]
    public void Require_RatesThatCannotBe_AreRefusedByField()
    {
        var good = Rate("USD", "EUR", "0.9");
        (ExchangeRate?[] Rates, string Message)[] cases =
        [
            ([null], "[0]: must be an object"),
            ([good with { From = Unit.Tokens }], "[0].from: must be an ISO 4217 currency code such as USD"),
            ([good with { To = Unit.Requests }], "[0].to: must be an ISO 4217 currency code such as USD"),
            ([good with { To = default }], "[0].to: must be an ISO 4217 currency code such as USD"),
            ([good with { To = Unit.Usd }], "[0].to: must be another currency than from"),
            ([good with { Rate = Quantity.Zero }], "[0].rate: must be more than 0, and at most 1000000000"),
            ([good with { Rate = Quantity.Parse("-1") }], "[0].rate: must be more than 0, and at most 1000000000"),
            ([good with { Rate = Quantity.Parse("1000000000.000000000001") }], "[0].rate: must be more than 0, and at most 1000000000"),
            ([good with { Source = new string('x', 257) }], "[0].source: is longer than 256 bytes of UTF-8"),
            ([good, Rate("EUR", "USD", "1.1"), good with { Rate = Quantity.One }], "[2].to: has the same currencies as [0]; keep one of them"),
            ([.. Enumerable.Repeat(good, 1_001)], "body: has 1001 rates; at most 1000 are taken"),
        ];

        foreach (var (rates, message) in cases)
            Assert.Equal(message, Assert.Throws<InvalidRequestException>(() => ExchangeRates.Require([.. rates.Select(rate => rate!)])).Message);
        Assert.Equal("body", Assert.Throws<InvalidRequestException>(() => ExchangeRates.Require(default)).Field);
    }

    internal static ExchangeRate Rate(string from, string to, string rate) => new(Unit.Parse(from), Unit.Parse(to), Quantity.Parse(rate), "test");

    private static TenantPrices Prices(PriceOverlay overlay, params ExchangeRate[] rates)
    {
        ExchangeRates.Require([.. rates]);
        return new TenantPrices(TenantId.Parse("acme"), overlay, new ExchangeRates([.. rates]));
    }
}
