using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Pricing;

/// <summary>
/// A tenant's own prices, which go before the price book's. Immutable; any number of threads may ask at once. The most
/// specific price that matches counts: a whole name before a pattern, the longer text before the first <c>*</c>, one
/// that names the provider before one that doesn't.
/// </summary>
public sealed class PriceOverlay
{
    /// <summary>The most prices.</summary>
    public const int CountMax = 10_000;

    /// <summary>
    /// The most patterns that have the same text before the first <c>*</c>: as many may have to be tried for a call.
    /// </summary>
    public const int SamePrefixMax = 100;

    /// <summary>The highest price of a million tokens, in its currency.</summary>
    public static readonly Quantity PerMillionMax = Quantity.FromUnits(100_000_000_000);

    /// <summary>The highest price of a call, in its currency.</summary>
    public static readonly Quantity PerRequestMax = Quantity.FromUnits(100_000_000);

    private readonly Lazy<Index> _index;

    /// <summary>The overlay of prices that <see cref="Require"/> has let pass.</summary>
    /// <param name="prices">The prices.</param>
    /// <param name="version">What <see cref="VersionOf"/> said of them.</param>
    public PriceOverlay(ImmutableArray<ModelPrice> prices, string version)
    {
        Prices = prices;
        Version = version;
        _index = new Lazy<Index>(() => new Index(prices));
    }

    /// <summary>No prices.</summary>
    public static PriceOverlay Empty { get; } = new([], VersionOf([]));

    /// <summary>The prices, in the order they were given.</summary>
    public ImmutableArray<ModelPrice> Prices { get; }

    /// <summary>What identifies exactly these prices, such as <c>overlay@1f0c9d2e77ab</c>.</summary>
    public string Version { get; }

    /// <summary>The version of prices: the start of the hash of their canonical JSON.</summary>
    public static string VersionOf(ImmutableArray<ModelPrice> prices) =>
        $"overlay@{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(prices, GenOpsJson.Canonical)).AsSpan(0, 6))}";

    /// <summary>Does nothing if <paramref name="prices"/> may be a tenant's.</summary>
    /// <exception cref="InvalidRequestException">They may not; the message names the field and the rule.</exception>
    public static void Require(ImmutableArray<ModelPrice> prices)
    {
        if (prices.IsDefault)
            throw new InvalidRequestException("body", "must be a list");
        if (prices.Length > CountMax)
            throw new InvalidRequestException("body", $"has {prices.Length} prices; at most {CountMax} are taken");

        var known = new Dictionary<(string?, string), int>(prices.Length);
        var prefixes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < prices.Length; i++)
        {
            var price = prices[i] ?? throw new InvalidRequestException($"[{i}]", "must be an object");
            WorkloadRequestRules.RequireText(price.Model, $"[{i}].model");
            WorkloadRequestRules.RequireOptional(price.Provider, $"[{i}].provider");
            Require(price.InputPerMillion, PerMillionMax, $"[{i}].inputPerMillion");
            Require(price.OutputPerMillion, PerMillionMax, $"[{i}].outputPerMillion");
            Require(price.CacheReadPerMillion, PerMillionMax, $"[{i}].cacheReadPerMillion");
            Require(price.CacheWritePerMillion, PerMillionMax, $"[{i}].cacheWritePerMillion");
            Require(price.PerRequest, PerRequestMax, $"[{i}].perRequest");
            if (!Unit.TryParse(price.Currency.Code, null, out var currency) || !currency.IsCurrency)
                throw new InvalidRequestException($"[{i}].currency", "must be an ISO 4217 currency code such as USD");

            var pattern = new ModelPattern(price.Model);
            var name = (OverlayEntry.ProviderName(price.Provider), pattern.ToString());
            if (!known.TryAdd(name, i))
                throw new InvalidRequestException($"[{i}].model", $"has the same provider and model as [{known[name]}]; keep one of them");

            if (pattern.IsExact)
                continue;

            var same = prefixes[pattern.Prefix] = prefixes.GetValueOrDefault(pattern.Prefix) + 1;
            if (same > SamePrefixMax)
            {
                throw new InvalidRequestException(
                    $"[{i}].model", $"is the pattern no. {same} with '{pattern.Prefix}' before the first *; at most {SamePrefixMax} are taken");
            }
        }
    }

    /// <summary>What a call costs; null if none of these prices is for it.</summary>
    /// <param name="provider">Its name, as the application calls it; null if it names none.</param>
    /// <param name="model">The model's name, as the application calls it.</param>
    /// <param name="usage">What it consumed.</param>
    public PriceAnswer? Quote(string? provider, string model, TokenUsage usage)
    {
        if (Prices.IsEmpty || Find(provider, model) is not { } entry)
            return null;

        try
        {
            return entry.Prices.Price(usage, out var total, out var lines) is { } fault
                ? new Unpriced($"the model '{model}', priced by {Shown(entry)}, {fault}")
                : new Priced(total, entry.Currency, entry.ProviderShown ?? provider, entry.ModelShown, lines, Version, PriceSource.Overlay);
        }
        catch (OverflowException)
        {
            return new Unpriced($"the price of this usage of the model '{model}', priced by {Shown(entry)}, is too large to be counted");
        }
    }

    private static string Shown(OverlayEntry entry) => $"'{entry.ModelShown}' of the tenant's own prices";

    private static void Require(Quantity? price, Quantity most, string field)
    {
        if (price is { } given && (given.IsNegative || given > most))
            throw new InvalidRequestException(field, $"must be from 0 to {most}");
    }

    private OverlayEntry? Find(string? provider, string model)
    {
        var (from, name) = (OverlayEntry.ProviderName(provider), model.ToLowerInvariant());
        return _index.Value.Find(from, name) ?? (DatedModel.Undated(name) is { } undated ? _index.Value.Find(from, undated) : null);
    }

    /// <summary>The prices by name, and the patterns by the text before their first star.</summary>
    private sealed class Index
    {
        private readonly FrozenDictionary<string, OverlayEntry[]> _byName;
        private readonly FrozenDictionary<string, OverlayEntry[]> _byPrefix;
        private readonly FrozenDictionary<string, OverlayEntry[]>.AlternateLookup<ReadOnlySpan<char>> _prefixes;
        private readonly int[] _prefixLengths;

        public Index(ImmutableArray<ModelPrice> prices)
        {
            // Sorted as a whole, so that of several that match the first counts.
            var entries = prices.Select(price => new OverlayEntry(price)).Order().ToArray();
            _byName = Grouped(entries.Where(entry => entry.Pattern.IsExact));
            _byPrefix = Grouped(entries.Where(entry => !entry.Pattern.IsExact));
            _prefixes = _byPrefix.GetAlternateLookup<ReadOnlySpan<char>>();
            _prefixLengths = [.. _byPrefix.Keys.Select(prefix => prefix.Length).Distinct().OrderDescending()];
        }

        public OverlayEntry? Find(string? provider, string model)
        {
            if (_byName.TryGetValue(model, out var named) && Array.Find(named, entry => entry.IsFor(provider)) is { } exact)
                return exact;

            foreach (var length in _prefixLengths)
            {
                if (length > model.Length || !_prefixes.TryGetValue(model.AsSpan(0, length), out var candidates))
                    continue;
                if (Array.Find(candidates, entry => entry.IsFor(provider) && entry.Pattern.Matches(model)) is { } found)
                    return found;
            }

            return null;
        }

        private static FrozenDictionary<string, OverlayEntry[]> Grouped(IEnumerable<OverlayEntry> entries) =>
            entries.GroupBy(entry => entry.Pattern.Prefix, StringComparer.Ordinal)
                .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }
}
