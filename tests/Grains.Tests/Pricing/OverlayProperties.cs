using System.Numerics;
using System.Text.RegularExpressions;
using CsCheck;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Pricing;

public sealed class OverlayProperties
{
    private static readonly Unit Eur = Unit.Parse("EUR");

    private static readonly Gen<Quantity> GenPrice =
        Gen.Select(Gen.Long[0, 999_999_999], Gen.Int[0, 12]).Select((digits, decimals) => Quantity.FromPico((Int128)digits * Pow(12 - decimals)));

    private static readonly Gen<Quantity?> GenOptional = Gen.Select(GenPrice, Gen.Bool).Select((price, there) => there ? price : (Quantity?)null);

    private static readonly Gen<ModelPrice> GenModelPrice =
        Gen.Select(GenPrice, GenPrice, GenOptional, GenOptional, GenOptional)
            .Select((input, output, read, write, call) => new ModelPrice(
                "m", input, output, Unit.Usd, null, read, write, call is { } price ? Quantity.Min(price, PriceOverlay.PerRequestMax) : null));

    private static readonly Gen<TokenUsage> GenUsage =
        Gen.Select(Gen.Long[0, 1_000_000], Gen.Long[0, 1_000_000], Gen.Long[0, 1_000_000], Gen.Long[0, 1_000_000])
            .Select((plain, read, written, output) => new TokenUsage(plain + read + written, output, read, written));

    private static readonly Gen<Quantity> GenRate =
        Gen.Select(Gen.Long[1, 999_999_999_999], Gen.Int[0, 9]).Select((digits, zeros) => Quantity.FromPico((Int128)digits * Pow(zeros)));

    private static readonly Gen<string> GenName = Gen.Int[0, 2].Select(i => "abA"[i]).Array[0, 7].Select(letters => new string(letters));

    private static readonly Gen<string> GenPattern = Gen.Int[0, 3].Select(i => "abB*"[i]).Array[0, 6].Select(letters => new string(letters));

    private static readonly Gen<string?> GenProvider = Gen.Int[0, 2].Select(i => i == 0 ? null : i == 1 ? "p" : "q");

    [Fact]
    public void Total_OfAnyPricesAndUsage_IsTheSumOfItsLinesInFractionsOfIntegers() =>
        Gen.Select(GenModelPrice, GenUsage).Sample((price, usage) =>
        {
            var priced = Assert.IsType<Priced>(Prices(price).Quote(PriceBook.Default, null, "m", usage, Unit.Usd, BookText.Noon));

            Assert.Equal(
                Summands(price, usage).Aggregate(BigInteger.Zero, (sum, millionths) => sum + RoundedUp(millionths, 1_000_000)),
                (BigInteger)priced.Total.Pico);
        });

    [Fact]
    public void Total_InAnotherCurrency_IsTheExactSumTimesTheRateRoundedUpOnce() =>
        Gen.Select(GenModelPrice, GenUsage, GenRate).Sample((price, usage, rate) =>
        {
            var answer = Prices(price, rate).Quote(PriceBook.Default, null, "m", usage, Eur, BookText.Noon);

            var sum = Summands(price, usage).Aggregate(BigInteger.Zero, (sum, millionths) => sum + millionths);
            var total = RoundedUp(sum * (BigInteger)rate.Pico, BigInteger.Pow(10, 6 + 12));

            // The largest prices, uses and rates together make more than an amount can be.
            if (total >= (BigInteger)Quantity.Bound.Pico)
            {
                Assert.Contains("too large to be counted in EUR", Assert.IsType<Unpriced>(answer).Message, StringComparison.Ordinal);
                return;
            }

            var priced = Assert.IsType<Priced>(answer);
            Assert.Equal(total, (BigInteger)priced.Total.Pico);
            Assert.Equal((Eur, rate), (priced.Currency, priced.Rate!.Rate));
        });

    [Fact]
    public void Total_OfTheBookInAnotherCurrency_IsTheExactSumTimesTheRateRoundedUpOnce() =>
        Gen.Select(GenUsage, GenRate).Sample((usage, rate) =>
        {
            var prices = Prices(PriceOverlayTests.Price("other", "1"), rate);
            var plain = usage with { CacheReadTokens = 0, CacheWriteTokens = 0 };
            var dollars = Assert.IsType<Priced>(prices.Quote(PriceBook.Default, "openai", "gpt-4o", plain, null, BookText.Noon));
            var euros = Assert.IsType<Priced>(prices.Quote(PriceBook.Default, "openai", "gpt-4o", plain, Eur, BookText.Noon));

            // gpt-4o's prices are whole multiples of 1e-12 for a token: nothing is rounded before the rate.
            Assert.Equal(RoundedUp((BigInteger)dollars.Total.Pico * (BigInteger)rate.Pico, BigInteger.Pow(10, 12)), (BigInteger)euros.Total.Pico);
            Assert.Equal(dollars.Lines, euros.Lines);
        });

    [Fact]
    public void Matches_AnyPatternAndName_IsWhatARegularExpressionSays() =>
        Gen.Select(GenPattern, GenName).Sample((pattern, name) => Assert.Equal(
            Regex.IsMatch(name, $"^{pattern.Replace("*", ".*", StringComparison.Ordinal)}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant),
            new ModelPattern(pattern).Matches(name.ToLowerInvariant())));

    [Fact]
    public void Find_AnyPrices_IsTheFirstOfAllThatMatchInOrderOfTheirSpecificity() =>
        Gen.Select(Gen.Select(GenPattern, GenProvider).Array[1, 12], GenName, GenProvider)
            .Sample((prices, model, provider) =>
            {
                ModelPrice[] given =
                [
                    .. prices.Where(price => price.Item1.Length > 0)
                        .DistinctBy(price => (price.Item1.ToLowerInvariant(), price.Item2))
                        .Select((price, i) => PriceOverlayTests.Price(price.Item1, $"{i + 1}", provider: price.Item2)),
                ];
                var expected = given
                    .Where(price => (price.Provider is null || price.Provider == provider) && new ModelPattern(price.Model).Matches(model.ToLowerInvariant()))
                    .OrderBy(price => price.Model.Contains('*'))
                    .ThenByDescending(price => price.Model.Split('*')[0].Length)
                    .ThenBy(price => price.Provider is null)
                    .ThenByDescending(price => price.Model.Count(letter => letter != '*'))
                    .ThenBy(price => price.Model.Count(letter => letter == '*'))
                    .ThenBy(price => price.Model.ToLowerInvariant(), StringComparer.Ordinal)
                    .FirstOrDefault();

                var found = PriceOverlayTests.Overlay(given).Quote(provider, model, new TokenUsage(1_000_000, 0));

                Assert.Equal(expected?.InputPerMillion, (found as Priced)?.Total);
            });

    private static TenantPrices Prices(ModelPrice price, Quantity? rate = null) => new(
        TenantId.Parse("acme"), PriceOverlayTests.Overlay(price),
        rate is { } known ? new ExchangeRates([new ExchangeRate(Unit.Usd, Eur, known)]) : ExchangeRates.Empty);

    // Each summand in millionths of 1e-12.
    private static IEnumerable<BigInteger> Summands(ModelPrice price, TokenUsage usage)
    {
        var read = price.CacheReadPerMillion is null ? 0 : usage.CacheReadTokens;
        var written = price.CacheWritePerMillion is null ? 0 : usage.CacheWriteTokens;
        yield return (usage.InputTokens - read - written) * (BigInteger)price.InputPerMillion.Pico;
        yield return usage.OutputTokens * (BigInteger)price.OutputPerMillion.Pico;
        yield return read * (BigInteger)(price.CacheReadPerMillion ?? default).Pico;
        yield return written * (BigInteger)(price.CacheWritePerMillion ?? default).Pico;
        yield return (BigInteger)(price.PerRequest ?? default).Pico * 1_000_000;
    }

    private static BigInteger RoundedUp(BigInteger numerator, BigInteger divisor) => (numerator + divisor - 1) / divisor;

    private static Int128 Pow(int power) => (Int128)BigInteger.Pow(10, power);
}
