using System.Collections.Immutable;
using System.Runtime.InteropServices;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Pricing;

/// <summary>A model's prices by class, at one time.</summary>
internal sealed class PriceSet
{
    private const int ClassCount = (int)PriceClass.Requests + 1;

    private readonly TieredPrice?[] _prices;
    private readonly ImmutableArray<(string Key, PriceClass PartOf, TieredPrice Price)> _hidden;

    /// <summary>Creates one.</summary>
    /// <param name="prices">By class; a class that is missing has no price.</param>
    /// <param name="hidden">Prices of parts that usage doesn't tell apart.</param>
    public PriceSet(
        IReadOnlyDictionary<PriceClass, TieredPrice> prices,
        ImmutableArray<(string Key, PriceClass PartOf, TieredPrice Price)> hidden)
    {
        _prices = new TieredPrice?[ClassCount];
        foreach (var (priceClass, price) in prices)
            _prices[(int)priceClass] = price;
        _hidden = hidden;
    }

    /// <summary>
    /// Prices a call. Every token is charged once: by its own class, else by the priced class that it is part of.
    /// </summary>
    /// <param name="usage">The counts.</param>
    /// <param name="total">The sum of the lines.</param>
    /// <param name="lines">The summands.</param>
    /// <returns>What is wrong, or null.</returns>
    public string? Price(TokenUsage usage, out Quantity total, out ImmutableArray<PriceLine> lines)
    {
        total = Quantity.Zero;
        lines = [];
        if (Fault(usage) is { } contradiction)
            return contradiction;

        Span<long> counts = stackalloc long[ClassCount];
        counts.Clear();
        var cachedText = usage.CacheReadTokens - usage.CacheAudioReadTokens;
        var freshAudio = usage.InputAudioTokens - usage.CacheAudioReadTokens;
        var plain = usage.InputTokens - usage.InputAudioTokens - cachedText - usage.CacheWriteTokens;

        // A cached audio token is part of two classes. If both have a price and it has none, either would be a guess.
        var cachedAudio = PriceClass.CacheAudioRead;
        if (!Has(PriceClass.CacheAudioRead))
        {
            var (asCached, asAudio) = (Has(PriceClass.CacheRead), Has(PriceClass.InputAudio));
            if (!asCached || !asAudio)
                cachedAudio = asCached ? PriceClass.CacheRead : Own(PriceClass.InputAudio, PriceClass.Input);
        }

        counts[(int)PriceClass.Input] += plain;
        counts[(int)Own(PriceClass.CacheRead, PriceClass.Input)] += cachedText;
        counts[(int)Own(PriceClass.CacheWrite, PriceClass.Input)] += usage.CacheWriteTokens;
        counts[(int)Own(PriceClass.InputAudio, PriceClass.Input)] += freshAudio;
        counts[(int)cachedAudio] += usage.CacheAudioReadTokens;
        counts[(int)PriceClass.Output] += usage.OutputTokens - usage.OutputAudioTokens;
        counts[(int)Own(PriceClass.OutputAudio, PriceClass.Output)] += usage.OutputAudioTokens;
        counts[(int)PriceClass.Requests] = Has(PriceClass.Requests) ? 1 : 0;

        var lineCount = 0;
        foreach (var count in counts)
            lineCount += count > 0 ? 1 : 0;

        var sum = new PriceLine[lineCount];
        var next = 0;
        for (var i = 0; i < ClassCount; i++)
        {
            if (counts[i] == 0)
                continue;

            var priceClass = (PriceClass)i;
            if (_prices[i] is not { } tiered)
                return $"has no price for {Noun(priceClass)}, of which there are {counts[i]} ({PriceKeys.NameOf(priceClass)})";

            var price = tiered.At(usage.InputTokens);
            foreach (var (key, partOf, hidden) in _hidden)
            {
                if (partOf == priceClass && !hidden.At(usage.InputTokens).SameAs(price))
                    return $"prices a part of {Noun(priceClass)} apart ({key}), and the usage doesn't say how many of the {counts[i]} it was";
            }

            var amount = price.Times(counts[i]);
            sum[next++] = new PriceLine(priceClass, counts[i], price.Text, PriceKeys.PerOf(priceClass), amount);
            total += amount;
        }

        lines = ImmutableCollectionsMarshal.AsImmutableArray(sum);
        return null;
    }

    private bool Has(PriceClass priceClass) => _prices[(int)priceClass] is not null;

    private PriceClass Own(PriceClass own, PriceClass partOf) => Has(own) ? own : partOf;

    private static string? Fault(TokenUsage usage)
    {
        if ((usage.InputTokens | usage.OutputTokens | usage.CacheReadTokens | usage.CacheWriteTokens | usage.InputAudioTokens
            | usage.OutputAudioTokens | usage.CacheAudioReadTokens) < 0)
        {
            foreach (var (name, count) in Named(usage))
            {
                if (count < 0)
                    return $"can't be priced: {name} is {count}, and must be 0 or more";
            }
        }

        if (usage.CacheAudioReadTokens > usage.CacheReadTokens)
            return $"can't be priced: cacheAudioReadTokens ({usage.CacheAudioReadTokens}) are part of cacheReadTokens ({usage.CacheReadTokens}) and exceed them";
        if (usage.CacheAudioReadTokens > usage.InputAudioTokens)
            return $"can't be priced: cacheAudioReadTokens ({usage.CacheAudioReadTokens}) are part of inputAudioTokens ({usage.InputAudioTokens}) and exceed them";
        if (usage.OutputAudioTokens > usage.OutputTokens)
            return $"can't be priced: outputAudioTokens ({usage.OutputAudioTokens}) are part of outputTokens ({usage.OutputTokens}) and exceed them";

        var parts = (Int128)usage.CacheReadTokens + usage.CacheWriteTokens + usage.InputAudioTokens - usage.CacheAudioReadTokens;
        return parts > usage.InputTokens
            ? $"can't be priced: cached and audio tokens ({parts}) are part of inputTokens ({usage.InputTokens}) and exceed them"
            : null;
    }

    private static IEnumerable<(string Name, long Count)> Named(TokenUsage usage) =>
    [
        ("inputTokens", usage.InputTokens),
        ("outputTokens", usage.OutputTokens),
        ("cacheReadTokens", usage.CacheReadTokens),
        ("cacheWriteTokens", usage.CacheWriteTokens),
        ("inputAudioTokens", usage.InputAudioTokens),
        ("outputAudioTokens", usage.OutputAudioTokens),
        ("cacheAudioReadTokens", usage.CacheAudioReadTokens),
    ];

    private static string Noun(PriceClass priceClass) => priceClass switch
    {
        PriceClass.Input => "input tokens",
        PriceClass.Output => "output tokens",
        PriceClass.CacheRead => "input tokens read from a cache",
        PriceClass.CacheWrite => "input tokens written to a cache",
        PriceClass.InputAudio => "audio input tokens",
        PriceClass.OutputAudio => "audio output tokens",
        PriceClass.CacheAudioRead => "audio input tokens read from a cache",
        _ => "calls",
    };
}
