using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Pricing;

public sealed class PriceBookTests
{
    private const string Tiered = """{ "input_mtok": { "base": 3, "tiers": [{ "start": 400, "price": 9 }, { "start": 200, "price": 6 }] }, "output_mtok": 10 }""";

    private const string Dated = """
        [ { "prices": { "input_mtok": 1, "output_mtok": 1 } },
          { "constraint": { "start_date": "2026-03-13" }, "prices": { "input_mtok": 2, "output_mtok": 2 } },
          { "constraint": { "start_date": "2026-02-01" }, "prices": { "input_mtok": 3, "output_mtok": 3 } } ]
        """;

    [Theory]
    [InlineData(199, "0.000597")]
    [InlineData(200, "0.0006")]
    [InlineData(201, "0.001206")]
    [InlineData(400, "0.0024")]
    [InlineData(401, "0.003609")]
    public void Tier_AroundItsStart_AppliesToTheWholeAmountAboveIt(long input, string total) =>
        Assert.Equal(total, Total(BookText.WithPrices(Tiered), new TokenUsage(input, 0)));

    [Fact]
    public void Tier_OfOutput_IsChosenByTotalInputWithCachedTokens()
    {
        var book = BookText.WithPrices(
            """{ "input_mtok": 1, "cache_read_mtok": 0.5, "output_mtok": { "base": 10, "tiers": [{ "start": 200, "price": 20 }] } }""");

        Assert.Equal("0.00205", Total(book, new TokenUsage(200, 190, CacheReadTokens: 100)));
        Assert.Equal("0.003951", Total(book, new TokenUsage(201, 190, CacheReadTokens: 100)));
    }

    [Theory]
    [InlineData("2026-01-31T23:59:59Z", "0.000001")]
    [InlineData("2026-02-01T00:00:00Z", "0.000003")]
    [InlineData("2026-03-13T00:00:00Z", "0.000003")]
    [InlineData("2026-02-01T01:00:00+02:00", "0.000001")]
    public void DatedPrice_OfSeveralThatHold_IsTheLastInTheFile(string at, string total) =>
        Assert.Equal(total, Total(BookText.WithPrices(Dated), new TokenUsage(1, 0), at));

    [Theory]
    [InlineData("08:00:00Z", "16:30:00Z", "2026-08-21T07:59:59Z", false)]
    [InlineData("08:00:00Z", "16:30:00Z", "2026-08-21T08:00:00Z", true)]
    [InlineData("08:00:00Z", "16:30:00Z", "2026-08-21T16:29:59Z", true)]
    [InlineData("08:00:00Z", "16:30:00Z", "2026-08-21T16:30:00Z", false)]
    [InlineData("16:30:00Z", "00:30:00Z", "2026-08-21T23:00:00Z", true)]
    [InlineData("16:30:00Z", "00:30:00Z", "2026-08-21T00:29:59Z", true)]
    [InlineData("16:30:00Z", "00:30:00Z", "2026-08-21T00:30:00Z", false)]
    [InlineData("16:30:00Z", "00:30:00Z", "2026-08-21T19:00:00+03:00", false)]
    [InlineData("16:30:00Z", "00:30:00Z", "2026-08-21T19:30:00+03:00", true)]
    [InlineData("01:00:00+02:00", "03:00:00+02:00", "2026-08-21T23:30:00Z", true)]
    [InlineData("01:00:00+02:00", "03:00:00+02:00", "2026-08-21T01:30:00Z", false)]
    public void TimeOfDayPrice_InUtcAndPastMidnight_HoldsInItsWindow(string from, string to, string at, bool holds)
    {
        var book = BookText.WithPrices(
            $$"""
            [ { "prices": { "input_mtok": 1 } },
              { "constraint": { "start_time": "{{from}}", "end_time": "{{to}}" }, "prices": { "input_mtok": 2 } } ]
            """);

        Assert.Equal(holds ? "0.000002" : "0.000001", Total(book, new TokenUsage(1, 0), at));
    }

    [Fact]
    public void ConditionalPrice_WhenNoneHolds_IsTheFirst()
    {
        var book = BookText.WithPrices(
            """
            [ { "constraint": { "start_date": "2030-01-01" }, "prices": { "input_mtok": 1 } },
              { "constraint": { "start_date": "2029-01-01" }, "prices": { "input_mtok": 2 } } ]
            """);

        Assert.Equal("0.000001", Total(book, new TokenUsage(1, 0)));
    }

    [Fact]
    public void TokenClasses_WithOwnPrices_AreChargedOnceEach()
    {
        var book = BookText.WithPrices(
            """
            { "input_mtok": 1, "output_mtok": 10, "cache_read_mtok": 0.1, "cache_write_mtok": 1.25,
              "input_audio_mtok": 20, "output_audio_mtok": 80, "cache_audio_read_mtok": 2 }
            """);

        var priced = Assert.IsType<Priced>(book.Quote("p", "m", new TokenUsage(1000, 100, 300, 50, 400, 60, 120), BookText.Noon));

        Assert.Equal(
            [
                new PriceLine(PriceClass.Input, 370, "1", 1_000_000, Quantity.Parse("0.00037")),
                new PriceLine(PriceClass.Output, 40, "10", 1_000_000, Quantity.Parse("0.0004")),
                new PriceLine(PriceClass.CacheRead, 180, "0.1", 1_000_000, Quantity.Parse("0.000018")),
                new PriceLine(PriceClass.CacheWrite, 50, "1.25", 1_000_000, Quantity.Parse("0.0000625")),
                new PriceLine(PriceClass.InputAudio, 280, "20", 1_000_000, Quantity.Parse("0.0056")),
                new PriceLine(PriceClass.OutputAudio, 60, "80", 1_000_000, Quantity.Parse("0.0048")),
                new PriceLine(PriceClass.CacheAudioRead, 120, "2", 1_000_000, Quantity.Parse("0.00024")),
            ],
            priced.Lines);
        Assert.Equal("0.0114905", priced.Total.ToString());
        Assert.Equal(("p", "m", Unit.Usd, book.Version), (priced.Provider, priced.Model, priced.Currency, priced.Version));
    }

    [Fact]
    public void TokenClasses_WithoutOwnPrice_AreChargedAsWhatTheyArePartOf()
    {
        var book = BookText.WithPrices("""{ "input_mtok": 1, "output_mtok": 10 }""");

        var priced = Assert.IsType<Priced>(book.Quote("p", "m", new TokenUsage(1000, 100, 300, 50, 400, 60, 120), BookText.Noon));

        Assert.Equal([1000L, 100L], priced.Lines.Select(line => line.Count));
        Assert.Equal("0.002", priced.Total.ToString());
    }

    [Theory]
    [InlineData("""{ "input_mtok": 1, "cache_read_mtok": 0.1 }""", "0.000082")]
    [InlineData("""{ "input_mtok": 1, "input_audio_mtok": 20 }""", "0.00048")]
    public void CachedAudio_WithoutOwnPrice_FallsToTheOnePricedClass(string prices, string total) =>
        Assert.Equal(total, Total(BookText.WithPrices(prices), new TokenUsage(100, 0, 20, 0, 20, 0, 20)));

    [Fact]
    public void CachedAudio_WithTwoPricedClasses_IsUnpriced()
    {
        var book = BookText.WithPrices("""{ "input_mtok": 1, "cache_read_mtok": 0.1, "input_audio_mtok": 20 }""");

        Assert.Equal(
            "the model 'm' of p has no price for audio input tokens read from a cache, of which there are 20 (cache_audio_read_mtok)",
            Fault(book, new TokenUsage(100, 0, 20, 0, 20, 0, 20)));
        Assert.Equal("0.00048", Total(book, new TokenUsage(100, 0, 0, 0, 20)));
    }

    [Theory]
    [InlineData("""{ "output_mtok": 1 }""", "the model 'm' of p has no price for input tokens, of which there are 7 (input_mtok)")]
    [InlineData("""{ "input_mtok": 1 }""", "the model 'm' of p has no price for output tokens, of which there are 3 (output_mtok)")]
    [InlineData("""{ "input_mtok": null, "output_mtok": 1 }""", "the model 'm' of p has no price for input tokens, of which there are 7 (input_mtok)")]
    [InlineData("{}", "the model 'm' of p has no price for input tokens, of which there are 7 (input_mtok)")]
    public void Class_WithUsageAndNoPrice_IsUnpricedAndNotZero(string prices, string fault) =>
        Assert.Equal(fault, Fault(BookText.WithPrices(prices), new TokenUsage(7, 3)));

    [Fact]
    public void Class_WithPriceZero_IsFree() =>
        Assert.Equal("0", Total(BookText.WithPrices("""{ "input_mtok": 0, "output_mtok": 0.0 }"""), new TokenUsage(7, 3)));

    [Theory]
    [InlineData(-1, 0, 0, 0, 0, 0, 0, "inputTokens is -1")]
    [InlineData(10, 5, 0, 0, 0, 0, -3, "cacheAudioReadTokens is -3")]
    [InlineData(10, 5, 11, 0, 0, 0, 0, "cached and audio tokens (11)")]
    [InlineData(10, 5, 4, 4, 4, 0, 0, "cached and audio tokens (12)")]
    [InlineData(10, 5, 0, 0, 0, 6, 0, "outputAudioTokens (6)")]
    [InlineData(10, 5, 1, 0, 3, 0, 2, "cacheAudioReadTokens (2) are part of cacheReadTokens (1)")]
    [InlineData(10, 5, 3, 0, 1, 0, 2, "cacheAudioReadTokens (2) are part of inputAudioTokens (1)")]
    [InlineData(long.MaxValue, 5, long.MaxValue, long.MaxValue, 0, 0, 0, "cached and audio tokens (18446744073709551614)")]
    public void Usage_ThatContradictsItself_IsUnpriced(
        long input, long output, long read, long write, long audio, long outAudio, long audioRead, string part) =>
        Assert.Contains(
            $"can't be priced: {part}",
            Fault(
                BookText.WithPrices("""{ "input_mtok": 1, "output_mtok": 1 }"""),
                new TokenUsage(input, output, read, write, audio, outAudio, audioRead)),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "0.012")]
    [InlineData(1000, "0.013")]
    public void RequestPrice_PerThousand_IsChargedOncePerCall(long input, string total) =>
        Assert.Equal(total, Total(BookText.WithPrices("""{ "input_mtok": 1, "requests_kcount": 12 }"""), new TokenUsage(input, 0)));

    [Theory]
    [InlineData("1e-05", 1, "0.00000000001")]
    [InlineData("1E-5", 3, "0.00000000003")]
    [InlineData("2.5e+1", 1, "0.000025")]
    [InlineData("0.000001", 7, "0.000000000007")]
    [InlineData("0.0000001", 1, "0.000000000001")]
    [InlineData("0.0000001", 10, "0.000000000001")]
    [InlineData("0.0000001", 11, "0.000000000002")]
    [InlineData("0.08333333333333334", 3, "0.000000250001")]
    [InlineData("0.18000000000000002", 1, "0.000000180001")]
    [InlineData("0e999", 5, "0")]
    public void Price_InAnyDecimalForm_IsExactAndRoundedUpOncePerLine(string price, long count, string total) =>
        Assert.Equal(total, Total(BookText.WithPrices($$"""{ "input_mtok": {{price}} }"""), new TokenUsage(count, 0)));

    [Fact]
    public void Price_TooLargeToCount_IsUnpriced() =>
        Assert.Contains(
            "is too large to be counted",
            Fault(BookText.WithPrices("""{ "input_mtok": 999999999999.1234567890123456 }"""), new TokenUsage(long.MaxValue, 0)),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "input_mtok": 1, "input_smell_mtok": 2 }""", "$[0].models[0].prices.input_smell_mtok is a price class that this version doesn't know")]
    [InlineData("""{ "input_mtok": -1 }""", "$[0].models[0].prices.input_mtok must be 0 or more")]
    [InlineData("""{ "input_mtok": "1" }""", "$[0].models[0].prices.input_mtok must be a number, or an object of base and tiers")]
    [InlineData("""{ "input_mtok": 1e999 }""", "$[0].models[0].prices.input_mtok must have at most 28 digits")]
    [InlineData("""{ "input_mtok": 1e99999999999 }""", "$[0].models[0].prices.input_mtok has an exponent that is no price's")]
    [InlineData("""{ "input_mtok": 1e-31 }""", "$[0].models[0].prices.input_mtok must have at most 28 digits")]
    [InlineData("""{ "input_mtok": { "base": 1, "tiers": [], "marginal": true } }""", "$[0].models[0].prices.input_mtok must be a number, or an object of base and tiers")]
    [InlineData("""{ "input_mtok": { "base": 1, "tiers": [{ "start": 1.5, "price": 1 }] } }""", "$[0].models[0].prices.input_mtok.tiers[0] must be")]
    [InlineData("""{ "input_mtok": { "base": 1, "tiers": [{ "start": 1, "price": true }] } }""", "$[0].models[0].prices.input_mtok.tiers[0].price must be a number")]
    [InlineData("[]", "$[0].models[0].prices is empty")]
    [InlineData("""[{ "prices": {}, "constraint": { "region": "eu" } }]""", "$[0].models[0].prices[0].constraint is a constraint that this version doesn't know")]
    [InlineData("""[{ "prices": {}, "constraint": { "start_date": "2026-01-01", "region": "eu" } }]""", "$[0].models[0].prices[0].constraint is a constraint that this version doesn't know")]
    [InlineData("""[{ "prices": {}, "constraint": { "start_date": "soon" } }]""", "$[0].models[0].prices[0].constraint.start_date must be a date")]
    [InlineData("""[{ "prices": {}, "constraint": { "start_time": "00:30:00", "end_time": "01:00:00Z" } }]""", "$[0].models[0].prices[0].constraint must have times with their zone")]
    [InlineData("""[{ "prices": {}, "batch": true }]""", "$[0].models[0].prices[0] has the unknown condition 'batch'")]
    public void Model_WithPricesThatCantBeRead_IsUnpricedAndTheOthersAreNot(string prices, string fault)
    {
        var book = BookText.WithModels(
            $$"""
            { "id": "m", "match": { "starts_with": "m" }, "prices": {{prices}} },
            { "id": "other", "match": { "equals": "other" }, "prices": { "input_mtok": 1 } }
            """);

        Assert.StartsWith($"the model 'm' of p can't be priced: {fault}", Fault(book, new TokenUsage(1, 0), "m-1"), StringComparison.Ordinal);
        Assert.Equal("0.000001", Assert.IsType<Priced>(book.Quote("p", "other", new TokenUsage(1, 0), BookText.Noon)).Total.ToString());
    }

    [Theory]
    [InlineData("""{ "glob": "m*" }""", "$[0].models[0].match.glob is a match clause that this version doesn't know")]
    [InlineData("""{ "or": [{ "equals": "x" }, { "glob": "m*" }] }""", "$[0].models[0].match.or[1].glob is a match clause that this version doesn't know")]
    [InlineData("""{ "regex": "(" }""", "$[0].models[0].match.regex is no regular expression")]
    [InlineData("{}", "$[0].models[0].match is an empty match clause")]
    [InlineData("""{ "equals": "m", "region": "eu" }""", "$[0].models[0].match must have one match clause")]
    [InlineData("""{ "or": [] }""", "$[0].models[0].match.or joins no match clauses")]
    public void Model_WithMatchThatCantBeRead_IsUnpricedByIdAndWhereItMightBeMeant(string match, string fault)
    {
        var book = BookText.WithModels(
            $$"""
            { "id": "m", "match": {{match}}, "prices": { "input_mtok": 1 } },
            { "id": "other", "match": { "equals": "other" }, "prices": { "input_mtok": 1 } }
            """);

        Assert.StartsWith($"the model 'm' of p can't be priced: {fault}", Fault(book, new TokenUsage(1, 0)), StringComparison.Ordinal);
        Assert.StartsWith(
            $"whether 'm-2' is the model 'm' of p can't be told: {fault}", Fault(book, new TokenUsage(1, 0), "m-2"), StringComparison.Ordinal);
        Assert.IsType<Priced>(book.Quote("p", "other", new TokenUsage(1, 0), BookText.Noon));
    }

    [Fact]
    public void HiddenPart_WithAnotherPriceThanItsClass_IsUnpricedOnlyWhereItMatters()
    {
        var book = BookText.WithPrices(
            """
            { "input_mtok": 3, "input_image_mtok": 3.0, "output_mtok": 15, "cache_write_mtok": 3.75, "cache_write_1h_mtok": 6,
              "web_searches_kcount": 10 }
            """);

        Assert.Equal("0.000018", Total(book, new TokenUsage(1, 1)));
        Assert.Contains("(cache_write_1h_mtok)", Fault(book, new TokenUsage(10, 1, 0, 5)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt-4o-x", true)]
    [InlineData("GPT-4O-X", true)]
    [InlineData("a-end", true)]
    [InlineData("o3-mini", true)]
    [InlineData("O3", true)]
    [InlineData("xo3", false)]
    [InlineData("in-the-middle-of", true)]
    [InlineData("both-1", true)]
    [InlineData("both-2", false)]
    [InlineData("look-ahead", true)]
    public void Match_OfEveryKind_FollowsItsRule(string name, bool matches)
    {
        var book = BookText.WithModels(
            """
            { "id": "m", "prices": { "input_mtok": 1 }, "match": { "or": [
              { "starts_with": "GPT-4o-" }, { "ends_with": "-END" }, { "contains": "MIDDLE" }, { "regex": "^o[134]" },
              { "regex": "^look(?=-ahead)" }, { "and": [{ "starts_with": "both" }, { "ends_with": "1" }] } ] } }
            """);

        Assert.Equal(matches, book.Quote("p", name, new TokenUsage(1, 0), BookText.Noon) is Priced);
    }

    [Fact]
    public void Model_OfSeveralThatMatch_IsTheFirst() =>
        Assert.Equal(
            "first",
            Assert.IsType<Priced>(
                BookText.WithModels(
                    """
                    { "id": "first", "match": { "starts_with": "m" }, "prices": { "input_mtok": 1 } },
                    { "id": "m", "match": { "equals": "m" }, "prices": { "input_mtok": 2 } }
                    """).Quote("p", "m", new TokenUsage(1, 0), BookText.Noon)).Model);

    [Fact]
    public void Lookups_WithinASmallBound_StayBoundedAndRight()
    {
        var book = BookText.Read(
            """[{ "id": "p", "models": [{ "id": "m", "match": { "starts_with": "m" }, "prices": { "input_mtok": 1 } }] }]""",
            new PriceBookOptions { LookupsMax = 8 });

        for (var i = 0; i < 100; i++)
        {
            Assert.IsType<Priced>(book.Quote("p", $"m{i}", new TokenUsage(1, 0), BookText.Noon));
            Assert.IsType<UnknownModel>(book.Quote("p", $"x{i}", new TokenUsage(1, 0), BookText.Noon));
            Assert.InRange(book.LookupCount, 1, 8);
        }
    }

    [Fact]
    public void Name_LongerThanTheLimit_IsUnknown()
    {
        var answer = BookText.WithPrices("""{ "input_mtok": 1 }""").Quote("p", new string('m', 257), new TokenUsage(1, 0), BookText.Noon);

        Assert.Equal("a name of more than 256 characters is in no price book", Assert.IsType<UnknownModel>(answer).Message);
    }

    internal static string Total(PriceBook book, TokenUsage usage, string? at = null) =>
        Assert.IsType<Priced>(book.Quote("p", "m", usage, at is null ? BookText.Noon : DateTimeOffset.Parse(at, null))).Total.ToString();

    private static string Fault(PriceBook book, TokenUsage usage, string model = "m") =>
        Assert.IsType<Unpriced>(book.Quote("p", model, usage, BookText.Noon)).Message;
}
