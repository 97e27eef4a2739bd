using System.Globalization;
using System.Numerics;
using CsCheck;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Pricing;

public sealed class PriceSumProperties
{
    private static readonly Gen<string> GenPrice =
        Gen.Select(Gen.Int[0, 99], Gen.Int[0, 999_999], Gen.Int[0, 20], Gen.Bool, (whole, fraction, zeros, exponent) =>
            exponent
                ? string.Create(CultureInfo.InvariantCulture, $"{whole}.{fraction}e-{zeros / 2}")
                : string.Create(CultureInfo.InvariantCulture, $"{whole}.{new string('0', zeros)}{fraction}"));

    private static readonly Gen<(string Base, (long Start, string Price)[] Tiers)> GenTiered =
        Gen.Select(GenPrice, Gen.Select(Gen.Long[0, 3000], GenPrice).Array[0, 3]);

    private static readonly Gen<TokenUsage> GenUsage =
        Gen.Select(Gen.Long[0, 1000], Gen.Long[0, 1000], Gen.Long[0, 1000], Gen.Long[0, 1000], Gen.Long[0, 1000], Gen.Long[0, 1000], Gen.Long[0, 1000])
            .Select((plain, cached, written, audio, cachedAudio, output, outAudio) => new TokenUsage(
                plain + cached + written + audio + cachedAudio,
                output + outAudio,
                cached + cachedAudio,
                written,
                audio + cachedAudio,
                outAudio,
                cachedAudio));

    // Which class is part of which: the public definition, apart from how the product sums.
    private static readonly (string Key, string[] PartOf, Func<TokenUsage, long> Count)[] Classes =
    [
        ("cache_audio_read_mtok", ["cache_read_mtok", "input_audio_mtok", "input_mtok"], usage => usage.CacheAudioReadTokens),
        ("cache_read_mtok", ["input_mtok"], usage => usage.CacheReadTokens),
        ("cache_write_mtok", ["input_mtok"], usage => usage.CacheWriteTokens),
        ("input_audio_mtok", ["input_mtok"], usage => usage.InputAudioTokens),
        ("output_audio_mtok", ["output_mtok"], usage => usage.OutputAudioTokens),
        ("input_mtok", [], usage => usage.InputTokens),
        ("output_mtok", [], usage => usage.OutputTokens),
    ];

    [Fact]
    public void Total_OfAnyPricesAndUsage_IsTheSumOfLeavesInFractionsOfIntegers() =>
        Gen.Select(GenTiered.Array[8], Gen.Bool.Array[8], GenUsage).Sample((prices, present, usage) =>
        {
            var keys = Classes.Select(item => item.Key).Where((key, i) => present[i] || key is "input_mtok" or "output_mtok").ToHashSet();
            if (keys.Contains("cache_read_mtok") && keys.Contains("input_audio_mtok"))
                keys.Add("cache_audio_read_mtok");
            else
                keys.Remove("cache_audio_read_mtok");

            var byKey = Classes.Select((item, i) => (item.Key, Price: prices[i])).Where(item => keys.Contains(item.Key)).ToDictionary();
            var text = string.Join(", ", byKey.Select(item => $"\"{item.Key}\": {Json(item.Value)}"));
            if (present[7])
                text += $", \"requests_kcount\": {prices[7].Base}";

            var expected = Expected(byKey, usage);
            if (present[7])
                expected += Pico(prices[7].Base, 1, 9);

            var priced = Assert.IsType<Priced>(BookText.WithPrices($"{{ {text} }}").Quote("p", "m", usage, BookText.Noon));
            Assert.Equal(expected, (BigInteger)priced.Total.Pico);
        });

    // Most specific first: each class is charged for what its priced parts left of it.
    private static BigInteger Expected(Dictionary<string, (string Base, (long Start, string Price)[] Tiers)> prices, TokenUsage usage)
    {
        var left = new Dictionary<string, long>();
        var total = BigInteger.Zero;
        foreach (var (key, _, count) in Classes)
        {
            if (!prices.TryGetValue(key, out var price))
                continue;

            var parts = Classes.Where(item => item.PartOf.Contains(key)).Sum(item => left.GetValueOrDefault(item.Key));
            left[key] = count(usage) - parts;

            var applied = price.Base;
            foreach (var (start, tier) in price.Tiers.OrderBy(tier => tier.Start))
                applied = usage.InputTokens > start ? tier : applied;
            total += Pico(applied, left[key], 6);
        }

        return total;
    }

    // price * count * 10^power in integers, rounded up.
    private static BigInteger Pico(string price, long count, int power)
    {
        var parts = price.Split('e');
        var decimals = parts[0].Length - parts[0].IndexOf('.', StringComparison.Ordinal) - 1;
        var exponent = (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0) - decimals + power;
        var product = BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * count;
        if (exponent >= 0)
            return product * BigInteger.Pow(10, exponent);

        var divisor = BigInteger.Pow(10, -exponent);
        return (product + divisor - 1) / divisor;
    }

    private static string Json((string Base, (long Start, string Price)[] Tiers) price) =>
        price.Tiers.Length == 0
            ? price.Base
            : $"{{ \"base\": {price.Base}, \"tiers\": [{string.Join(", ", price.Tiers.Select(tier => $"{{ \"start\": {tier.Start}, \"price\": {tier.Price} }}"))}] }}";
}
