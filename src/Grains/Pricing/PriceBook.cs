using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Pricing;

/// <summary>
/// What calls cost, read from a file in the genai-prices format. Immutable; any number of threads may ask at once.
/// </summary>
public sealed class PriceBook
{
    private const string DefaultResource = "genai-prices.json";

    // A gateway rather than a provider: the provider's own name leads the model's.
    private const string LiteLlm = "litellm";

    private static readonly Lazy<PriceBook> DefaultBook = new(ReadDefault);

    private readonly ImmutableArray<ProviderEntry> _providers;
    private readonly FrozenDictionary<string, ProviderEntry> _providersById;
    private readonly PriceBookOptions _options;
    private readonly ConcurrentDictionary<(string? Provider, string Model), Lookup> _lookups = new();
    private int _lookupCount;

    private PriceBook(ImmutableArray<ProviderEntry> providers, string version, PriceBookOptions options)
    {
        _providers = providers;
        _providersById = providers.ToFrozenDictionary(provider => provider.Id, StringComparer.Ordinal);
        _options = options;
        Version = version;
    }

    /// <summary>The book that comes with the product.</summary>
    public static PriceBook Default => DefaultBook.Value;

    /// <summary>What the prices were read from, such as <c>genai-prices:sha256:cca400c914ecd66d</c>: the start of the file's hash.</summary>
    public string Version { get; }

    /// <summary>Every model that the book lists, in its order.</summary>
    public IEnumerable<(string Provider, string Model)> Models =>
        _providers.SelectMany(provider => provider.Models, (provider, model) => (provider.Id, model.Id));

    /// <summary>The providers, for tests.</summary>
    internal ImmutableArray<ProviderEntry> Providers => _providers;

    /// <summary>How many lookups are remembered, for tests.</summary>
    internal int LookupCount => _lookups.Count;

    /// <summary>Reads a file in the genai-prices format.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="options">The limits; the defaults if null.</param>
    /// <exception cref="PriceBookException">It is no price book; the message names the place.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit is below 1.</exception>
    public static PriceBook Read(ReadOnlyMemory<byte> json, PriceBookOptions? options = null)
    {
        options ??= new PriceBookOptions();
        options.Validate();
        var version = $"genai-prices:sha256:{Convert.ToHexStringLower(SHA256.HashData(json.Span).AsSpan(0, 8))}";
        return new PriceBook(PriceBookReader.Read(json, options), version, options);
    }

    /// <summary>What a call costs. Case doesn't matter in names; a per-request price is charged once.</summary>
    /// <param name="provider">Its name, as the application calls it; null to find it by the model.</param>
    /// <param name="model">The model's name, as the application calls it.</param>
    /// <param name="usage">What it consumed.</param>
    /// <param name="at">When: prices change by date and by time of day.</param>
    public PriceAnswer Quote(string? provider, string model, TokenUsage usage, DateTimeOffset at)
    {
        var lookup = Find(provider, model);
        return lookup.Refusal ?? Quote(lookup.Provider!, lookup.Model!, usage, at);
    }

    /// <summary>What a call of an entry costs.</summary>
    internal PriceAnswer Quote(ProviderEntry provider, ModelEntry model, TokenUsage usage, DateTimeOffset at)
    {
        try
        {
            return model.PricesAt(at).Price(usage, out var total, out var lines) is { } fault
                ? new Unpriced($"the model '{model.Id}' of {provider.Id} {fault}")
                : new Priced(total, Unit.Usd, provider.Id, model.Id, lines, Version);
        }
        catch (OverflowException)
        {
            return new Unpriced($"the price of this usage of the model '{model.Id}' of {provider.Id} is too large to be counted");
        }
    }

    private static PriceBook ReadDefault()
    {
        using var resource = typeof(PriceBook).Assembly.GetManifestResourceStream(DefaultResource)
            ?? throw new InvalidOperationException($"the resource {DefaultResource} is missing from the assembly");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return Read(bytes);
    }

    private Lookup Find(string? provider, string model)
    {
        if (model.Length > _options.NameCharsMax || provider?.Length > _options.NameCharsMax)
            return Lookup.Refused(new UnknownModel($"a name of more than {_options.NameCharsMax} characters is in no price book", []));

        if (_lookups.TryGetValue((provider, model), out var known))
            return known;

        var lookup = Resolve(provider, model.ToLowerInvariant());

        // What an expression that ran out of time has not said, it may say the next time.
        if (!lookup.Final)
            return lookup;

        // Names come from callers, so what is remembered is bounded. Starting anew is rare, and cheaper than keeping an order.
        if (Interlocked.Increment(ref _lookupCount) > _options.LookupsMax)
        {
            _lookups.Clear();
            Interlocked.Exchange(ref _lookupCount, 1);
        }

        _lookups[(provider, model)] = lookup;
        return lookup;
    }

    private Lookup Resolve(string? providerName, string model)
    {
        ProviderEntry? provider = null;
        if (providerName is not null)
        {
            var name = providerName.ToLowerInvariant().Trim();
            var slash = model.IndexOf('/', StringComparison.Ordinal);
            if (name == LiteLlm && slash > 0 && FindProvider(model[..slash]) is { } routed)
                (provider, model) = (routed, model[(slash + 1)..]);
            else
                provider = FindProvider(name);

            if (provider is null && name != LiteLlm)
                return Lookup.Refused(UnknownProvider(providerName, name));
        }

        provider ??= FirstByModel(model);
        return provider is null ? Lookup.Refused(UnknownEverywhere(model)) : Resolve(provider, model);
    }

    private Lookup Resolve(ProviderEntry provider, string model)
    {
        ModelEntry? maybe = null;
        var found = provider.Find(model, ref maybe);
        foreach (var fallback in provider.Fallbacks)
        {
            // One step only: who falls back to whom is the file's word on this provider.
            if (found is null && _providersById.TryGetValue(fallback, out var other))
                found = other.Find(model, ref maybe);
        }

        if (found is null && maybe is not null)
        {
            return Lookup.Refused(new Unpriced(
                $"whether '{model}' is the model '{maybe.Id}' of {provider.Id} can't be told: {maybe.Fault ?? "its regular expression took too long"}"),
                final: maybe.Fault is not null);
        }

        if (found is null)
            return Lookup.Refused(UnknownAt(provider, model));

        return found.Fault is null
            ? new Lookup(provider, found, null)
            : Lookup.Refused(new Unpriced($"the model '{found.Id}' of {provider.Id} can't be priced: {found.Fault}"));
    }

    private ProviderEntry? FindProvider(string name)
    {
        if (_providersById.TryGetValue(name, out var provider))
            return provider;

        foreach (var candidate in _providers)
        {
            if (candidate.ProviderMatch?.Match(name) == MatchResult.Yes)
                return candidate;
        }

        return null;
    }

    private ProviderEntry? FirstByModel(string model)
    {
        foreach (var candidate in _providers)
        {
            if (candidate.ModelMatch?.Match(model) == MatchResult.Yes)
                return candidate;
        }

        return null;
    }

    private UnknownModel UnknownProvider(string shown, string name)
    {
        var nearest = NearestNames.To(name, _providers.Select(provider => (provider.Id, provider.Id)));
        return new UnknownModel($"the price book has no provider '{shown}'; the nearest are {string.Join(", ", nearest)}", nearest);
    }

    private UnknownModel UnknownAt(ProviderEntry provider, string model)
    {
        var models = provider.Models
            .Concat(provider.Fallbacks.SelectMany(id => _providersById.TryGetValue(id, out var other) ? other.Models : []))
            .Select(entry => (entry.Id, entry.Id));
        var nearest = NearestNames.To(model, models);
        var hint = nearest.IsEmpty ? "it lists none" : $"the nearest are {string.Join(", ", nearest)}";
        return new UnknownModel($"the price book has no model '{model}' of {provider.Id}; {hint}", nearest);
    }

    private UnknownModel UnknownEverywhere(string model)
    {
        var nearest = NearestNames.To(
            model, _providers.SelectMany(provider => provider.Models, (provider, entry) => (entry.Id, $"{provider.Id}/{entry.Id}")));
        return new UnknownModel(
            $"no provider of the price book is known by the model '{model}': name the provider; the nearest are {string.Join(", ", nearest)}",
            nearest);
    }

    private sealed record Lookup(ProviderEntry? Provider, ModelEntry? Model, PriceAnswer? Refusal, bool Final = true)
    {
        public static Lookup Refused(PriceAnswer refusal, bool final = true) => new(null, null, refusal, final);
    }
}
