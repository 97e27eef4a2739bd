using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Pricing;

public sealed class PriceOverlayTests
{
    private static readonly Unit Eur = Unit.Parse("EUR");

    [Theory]
    [InlineData("llama-3.1-70b", null, "a whole name")]
    [InlineData("LLAMA-3.1-70B", "Own", "a whole name of the provider")]
    [InlineData("llama-3.1-8b", null, "the longer start")]
    [InlineData("llama-3.1-8b", " OWN ", "the longer start")]
    [InlineData("llama-3-8b", null, "the shorter start")]
    [InlineData("llama-3-8b", "own", "the shorter start of the provider")]
    [InlineData("llama-3-8b-instruct", null, "the shorter start, more said")]
    [InlineData("llama-3-8b-instruct", "own", "the shorter start of the provider")]
    [InlineData("qwen", "own", "everything of the provider")]
    [InlineData("qwen", "other", "everything")]
    [InlineData("", null, "everything")]
    public void Quote_SeveralThatMatch_TheMostSpecificCounts(string model, string? provider, string expected)
    {
        (string Name, string Model, string? Provider)[] prices =
        [
            ("everything", "*", null),
            ("everything of the provider", "*", "own"),
            ("the shorter start", "llama-3*", null),
            ("the shorter start of the provider", "llama-3*", "own"),
            ("the shorter start, more said", "llama-3*-instruct", null),
            ("the longer start", "llama-3.1*", null),
            ("a whole name", "llama-3.1-70b", null),
            ("a whole name of the provider", "llama-3.1-70b", "own"),
        ];

        // Whatever order they are given in.
        foreach (var order in new[] { prices, [.. prices.Reverse()] })
        {
            var overlay = Overlay([.. order.Select((price, i) => Price(price.Model, $"{i + 1}", provider: price.Provider))]);
            var priced = Assert.IsType<Priced>(overlay.Quote(provider, model, new TokenUsage(1_000_000, 0)));
            Assert.Equal(expected, order[int.Parse(priced.Total.ToString(), null) - 1].Name);
        }
    }

    [Theory]
    [InlineData("gpt-4", "gpt-4o", false)]
    [InlineData("gpt-4*", "gpt-4", true)]
    [InlineData("*-mini", "gpt-4o-mini", true)]
    [InlineData("*-mini", "gpt-4o-mini-x", false)]
    [InlineData("a*b*c", "abc", true)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "acb", false)]
    [InlineData("a**b", "ab", true)]
    [InlineData("a?b", "axb", false)]
    [InlineData("*aab", "aaab", true)]
    [InlineData("*", "", true)]
    public void Matches_APattern_StandsForAnyTextWhereTheStarIs(string pattern, string name, bool expected) =>
        Assert.Equal(expected, new ModelPattern(pattern).Matches(name));

    [Fact]
    public void Quote_NoneIsForTheCall_SaysNothing()
    {
        var overlay = Overlay(Price("llama-3*", "1", provider: "own"));

        Assert.Null(overlay.Quote(null, "llama-3-8b", new TokenUsage(1, 1)));
        Assert.Null(overlay.Quote("other", "llama-3-8b", new TokenUsage(1, 1)));
        Assert.Null(overlay.Quote("own", "llama", new TokenUsage(1, 1)));
        Assert.Null(PriceOverlay.Empty.Quote("own", "llama-3-8b", new TokenUsage(1, 1)));
    }

    /// <summary>Providers answer with the dated name of the model that was asked for.</summary>
    [Theory]
    [InlineData("gpt-4o", "2")]
    [InlineData("gpt-4o-2024-08-06", "2")]
    [InlineData("GPT-4o-20240806", "2")]
    [InlineData("gpt-4o@latest", "2")]
    [InlineData("gpt-4o-0806", "2")]
    [InlineData("gpt-4o-001", "2")]
    [InlineData("gpt-4o-2024-05-13", "3")]
    [InlineData("gpt-4o-mini", null)]
    [InlineData("gpt-4o-mini-2024-07-18", null)]
    [InlineData("gpt-4o-24", null)]
    [InlineData("my-gpt-4o-2024-08-06", null)]
    public void Quote_DatedNameOfAModelWithAPrice_CostsThat_UnlessItHasItsOwn(string model, string? expected)
    {
        var overlay = Overlay(Price("gpt-4o", "2"), Price("gpt-4o-2024-05-13", "3"));

        Assert.Equal(expected, (overlay.Quote("openai", model, new TokenUsage(1_000_000, 0)) as Priced)?.Total.ToString());
    }

    [Fact]
    public void Quote_EveryClass_IsPricedByItsOwnPrice()
    {
        var overlay = Overlay(new ModelPrice(
            "llama-3*", Quantity.Parse("0.1"), Quantity.Parse("0.3"), Eur, "own",
            Quantity.Parse("0.02"), Quantity.Parse("0.4"), Quantity.Parse("0.005")));

        var priced = Assert.IsType<Priced>(overlay.Quote("OWN", "llama-3-8b", new TokenUsage(1000, 100, 300, 50)));

        Assert.Equal(
            [
                new PriceLine(PriceClass.Input, 650, "0.1", 1_000_000, Quantity.Parse("0.000065")),
                new PriceLine(PriceClass.Output, 100, "0.3", 1_000_000, Quantity.Parse("0.00003")),
                new PriceLine(PriceClass.CacheRead, 300, "0.02", 1_000_000, Quantity.Parse("0.000006")),
                new PriceLine(PriceClass.CacheWrite, 50, "0.4", 1_000_000, Quantity.Parse("0.00002")),
                new PriceLine(PriceClass.Requests, 1, "5", 1_000, Quantity.Parse("0.005")),
            ],
            priced.Lines);
        Assert.Equal("0.005121", priced.Total.ToString());
        Assert.Equal((Eur, "own", "llama-3*", overlay.Version, PriceSource.Overlay), (priced.Currency, priced.Provider, priced.Model, priced.Version, priced.Source));
    }

    [Fact]
    public void Quote_CachedTokensWithoutAPrice_CostWhatInputCosts()
    {
        var priced = Assert.IsType<Priced>(Overlay(Price("m", "2")).Quote(null, "m", new TokenUsage(1000, 0, 300, 200)));

        Assert.Equal(new PriceLine(PriceClass.Input, 1000, "2", 1_000_000, Quantity.Parse("0.002")), Assert.Single(priced.Lines));
    }

    [Fact]
    public void Quote_CountsThatContradictEachOther_AreUnpricedAndNotLeftToTheBook()
    {
        var prices = new TenantPrices(Ids.TenantId.Parse("acme"), Overlay(Price("gpt-4o", "1")), ExchangeRates.Empty);

        var unpriced = Assert.IsType<Unpriced>(prices.Quote(PriceBook.Default, "openai", "gpt-4o", new TokenUsage(1, 0, 2), Unit.Usd, BookText.Noon));

        Assert.StartsWith("the model 'gpt-4o', priced by 'gpt-4o' of the tenant's own prices,", unpriced.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_IsThatOfThePricesAndNothingElse()
    {
        var version = PriceOverlay.VersionOf([Price("m", "0.10")]);

        Assert.Matches("^overlay@[0-9a-f]{12}$", version);
        Assert.Equal(version, PriceOverlay.VersionOf([Price("m", "0.1")]));
        Assert.NotEqual(version, PriceOverlay.VersionOf([Price("m", "0.11")]));
        Assert.NotEqual(version, PriceOverlay.VersionOf([Price("m", "0.1", provider: "p")]));
    }

    /// <summary>Each is refused, by the field and the rule that are named.</summary>
    [Fact]
    public void Require_PricesThatCannotBe_AreRefusedByField()
    {
        var good = Price("good", "1");
        (ModelPrice?[] Prices, string Message)[] cases =
        [
            ([good, null], "[1]: must be an object"),
            ([good, good with { Model = "" }], "[1].model: is required and must not be empty"),
            ([good with { Model = new string('é', 129) }], "[0].model: is longer than 256 bytes of UTF-8"),
            ([good with { Provider = " " }], "[0].provider: is required and must not be empty"),
            ([good, good with { Model = "GOOD" }], "[1].model: has the same provider and model as [0]; keep one of them"),
            ([good with { Provider = "P" }, good, good with { Provider = "p " }], "[2].model: has the same provider and model as [0]; keep one of them"),
            ([good with { InputPerMillion = Quantity.Parse("-1") }], "[0].inputPerMillion: must be from 0 to 100000000000"),
            ([good with { OutputPerMillion = Quantity.Parse("100000000000.1") }], "[0].outputPerMillion: must be from 0 to 100000000000"),
            ([good with { CacheReadPerMillion = Quantity.Parse("-0.1") }], "[0].cacheReadPerMillion: must be from 0 to 100000000000"),
            ([good with { CacheWritePerMillion = Quantity.Parse("-0.1") }], "[0].cacheWritePerMillion: must be from 0 to 100000000000"),
            ([good with { PerRequest = Quantity.Parse("100000000.1") }], "[0].perRequest: must be from 0 to 100000000"),
            ([good with { Currency = Unit.Tokens }], "[0].currency: must be an ISO 4217 currency code such as USD"),
            ([.. Enumerable.Range(0, 101).Select(i => Price($"a*{i}", "1"))], "[100].model: is the pattern no. 101 with 'a' before the first *; at most 100 are taken"),
            ([.. Enumerable.Range(0, 10_001).Select(i => Price($"a{i}", "1"))], "body: has 10001 prices; at most 10000 are taken"),
        ];

        foreach (var (prices, message) in cases)
            Assert.Equal(message, Assert.Throws<InvalidRequestException>(() => PriceOverlay.Require([.. prices.Select(price => price!)])).Message);
        Assert.Equal("body", Assert.Throws<InvalidRequestException>(() => PriceOverlay.Require(default)).Field);
    }

    [Fact]
    public void Quote_TheHighestPricesOfTheLargestUsage_FitAndAreExact()
    {
        var most = PriceOverlay.PerMillionMax;
        ImmutableArray<ModelPrice> prices =
            [new ModelPrice("m", most, Quantity.Parse("99999999999.999999999999"), Unit.Usd, null, most, most, PriceOverlay.PerRequestMax)];
        PriceOverlay.Require(prices);
        var count = WorkloadRequestRules.TokensMax;

        var priced = Assert.IsType<Priced>(new PriceOverlay(prices, "v").Quote(null, "m", new TokenUsage(count, count)));

        Assert.Equal("200000000099999999.999999", priced.Total.ToString());
    }

    internal static PriceOverlay Overlay(params ModelPrice[] prices)
    {
        PriceOverlay.Require([.. prices]);
        return new PriceOverlay([.. prices], PriceOverlay.VersionOf([.. prices]));
    }

    internal static ModelPrice Price(string model, string input, string output = "0", string? provider = null, string currency = "USD") =>
        new(model, Quantity.Parse(input), Quantity.Parse(output), Unit.Parse(currency), provider);
}
