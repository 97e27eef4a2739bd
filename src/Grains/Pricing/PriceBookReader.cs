using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace GenOps.ControlPlane.Pricing;

/// <summary>
/// Reads the genai-prices format. What makes the file unreadable as a whole is an exception; what makes one model unreadable
/// is that model's fault and leaves the others usable. Fields about other things than prices and names are passed over.
/// </summary>
internal sealed class PriceBookReader
{
    private const int DepthMax = 64;

    private readonly TimeSpan _regexTimeout;

    // Of the model being read: the first thing that this version can't vouch for.
    private string? _fault;

    private PriceBookReader(PriceBookOptions options) => _regexTimeout = TimeSpan.FromMilliseconds(options.RegexTimeoutMs);

    /// <summary>Reads a file.</summary>
    /// <exception cref="PriceBookException">It is no price book; the message names the place.</exception>
    public static ImmutableArray<ProviderEntry> Read(ReadOnlyMemory<byte> json, PriceBookOptions options)
    {
        if (json.Length > options.FileBytesMax)
            throw new PriceBookException("$", $"has {json.Length} bytes, more than the {options.FileBytesMax} of FileBytesMax");
        if (json.Span.StartsWith("\uFEFF"u8))
            json = json[3..];

        try
        {
            using var document = JsonDocument.Parse(
                json, new JsonDocumentOptions { MaxDepth = DepthMax, AllowDuplicateProperties = false });
            return new PriceBookReader(options).ReadProviders(document.RootElement);
        }
        catch (JsonException error)
        {
            throw new PriceBookException(
                error.LineNumber is { } line ? $"line {line + 1}, byte {error.BytePositionInLine + 1}" : "$",
                $"is no JSON that can be read: {error.Message}");
        }
        catch (InvalidOperationException error)
        {
            // A string that is no text: a lone surrogate or broken UTF-8. The reader doesn't say where.
            throw new PriceBookException("$", $"holds a string that is no text: {error.Message}");
        }
    }

    private ImmutableArray<ProviderEntry> ReadProviders(JsonElement root)
    {
        RequireKind(root, JsonValueKind.Array, "$", "must be a list of providers");
        var providers = ImmutableArray.CreateBuilder<ProviderEntry>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in root.EnumerateArray())
        {
            var path = $"$[{providers.Count}]";
            var provider = ReadProvider(element, path);
            if (!ids.Add(provider.Id))
                throw new PriceBookException($"{path}.id", $"is '{provider.Id}' once more: a provider has one entry");
            providers.Add(provider);
        }

        if (providers.Count == 0)
            throw new PriceBookException("$", "must name at least one provider");
        return providers.ToImmutable();
    }

    private ProviderEntry ReadProvider(JsonElement element, string path)
    {
        RequireKind(element, JsonValueKind.Object, path, "must be a provider: an object with id and models");
        var id = ReadId(element, path);
        var modelsPath = $"{path}.models";
        var list = Field(element, "models", modelsPath);
        RequireKind(list, JsonValueKind.Array, modelsPath, "must be a list of models");

        var models = ImmutableArray.CreateBuilder<ModelEntry>(list.GetArrayLength());
        foreach (var model in list.EnumerateArray())
            models.Add(ReadModel(model, $"{modelsPath}[{models.Count}]"));

        // A provider's own clauses only lead to it: one that can't be read leads nowhere, and ids still do.
        return new ProviderEntry(
            id, OptionalMatch("provider_match"), OptionalMatch("model_match"), ReadFallbacks(element, path), models.ToImmutable());

        MatchClause? OptionalMatch(string name) =>
            element.TryGetProperty(name, out var clause) && clause.ValueKind != JsonValueKind.Null
                ? ReadMatch(clause, $"{path}.{name}")
                : null;
    }

    private static ImmutableArray<string> ReadFallbacks(JsonElement provider, string path)
    {
        if (!provider.TryGetProperty("fallback_model_providers", out var list) || list.ValueKind == JsonValueKind.Null)
            return [];

        var listPath = $"{path}.fallback_model_providers";
        RequireKind(list, JsonValueKind.Array, listPath, "must be a list of provider ids");
        var ids = ImmutableArray.CreateBuilder<string>();
        foreach (var id in list.EnumerateArray())
        {
            RequireKind(id, JsonValueKind.String, $"{listPath}[{ids.Count}]", "must be a provider's id");
            ids.Add(id.GetString()!);
        }

        return ids.ToImmutable();
    }

    private ModelEntry ReadModel(JsonElement element, string path)
    {
        RequireKind(element, JsonValueKind.Object, path, "must be a model: an object with id, match and prices");
        _fault = null;
        var id = ReadId(element, path);
        var match = ReadMatch(Field(element, "match", $"{path}.match"), $"{path}.match");
        var pricesPath = $"{path}.prices";
        var prices = ReadPrices(Field(element, "prices", pricesPath), pricesPath);
        return new ModelEntry(id, match, prices, _fault);
    }

    private ImmutableArray<ConditionalPrices> ReadPrices(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Object)
            return [new ConditionalPrices(default, ReadSet(element, path))];

        RequireKind(element, JsonValueKind.Array, path, "must be an object of prices, or a list of such with constraints");
        var list = ImmutableArray.CreateBuilder<ConditionalPrices>();
        foreach (var item in element.EnumerateArray())
        {
            var itemPath = $"{path}[{list.Count}]";
            RequireKind(item, JsonValueKind.Object, itemPath, "must be an object with prices and a constraint");
            var set = Field(item, "prices", $"{itemPath}.prices");
            RequireKind(set, JsonValueKind.Object, $"{itemPath}.prices", "must be an object of prices");

            // A condition under another name would make the price hold always.
            foreach (var property in item.EnumerateObject())
            {
                if (property.Name is not ("prices" or "constraint"))
                    Fault(itemPath, $"has the unknown condition '{property.Name}'");
            }

            var constraint = item.TryGetProperty("constraint", out var found) && found.ValueKind != JsonValueKind.Null
                ? ReadConstraint(found, $"{itemPath}.constraint")
                : default;
            list.Add(new ConditionalPrices(constraint, ReadSet(set, $"{itemPath}.prices")));
        }

        if (list.Count == 0)
            Fault(path, "is empty");
        return list.ToImmutable();
    }

    private PriceSet ReadSet(JsonElement element, string path)
    {
        var prices = new Dictionary<PriceClass, TieredPrice>();
        var hidden = ImmutableArray.CreateBuilder<(string Key, PriceClass PartOf, TieredPrice Price)>();
        foreach (var property in element.EnumerateObject())
        {
            var pricePath = $"{path}.{property.Name}";
            if (property.Value.ValueKind == JsonValueKind.Null || PriceKeys.Apart.Contains(property.Name))
                continue;

            if (PriceKeys.Reported.TryGetValue(property.Name, out var priceClass))
                prices[priceClass] = ReadTiered(property.Value, PriceKeys.PowerOfTenOf(priceClass), pricePath);
            else if (PriceKeys.Hidden.TryGetValue(property.Name, out var partOf))
                hidden.Add((property.Name, partOf, ReadTiered(property.Value, PriceKeys.TokensPowerOfTen, pricePath)));
            else
                Fault(pricePath, "is a price class that this version doesn't know");
        }

        return new PriceSet(prices, hidden.ToImmutable());
    }

    private TieredPrice ReadTiered(JsonElement element, int powerOfTen, string path)
    {
        if (element.ValueKind == JsonValueKind.Number)
            return new TieredPrice(ReadPrice(element, powerOfTen, path), []);

        if (element.ValueKind != JsonValueKind.Object
            || !HasExactly(element, "base", "tiers")
            || element.GetProperty("tiers").ValueKind != JsonValueKind.Array)
        {
            Fault(path, "must be a number, or an object of base and tiers");
            return new TieredPrice(default, []);
        }

        var basePrice = ReadPrice(element.GetProperty("base"), powerOfTen, $"{path}.base");
        var tiers = new List<(long Start, ExactPrice Price)>();
        foreach (var tier in element.GetProperty("tiers").EnumerateArray())
        {
            var tierPath = $"{path}.tiers[{tiers.Count}]";
            if (tier.ValueKind != JsonValueKind.Object
                || !HasExactly(tier, "start", "price")
                || tier.GetProperty("start").ValueKind != JsonValueKind.Number
                || !tier.GetProperty("start").TryGetInt64(out var start)
                || start < 0)
            {
                Fault(tierPath, "must be an object of start, a whole number of 0 or more, and price");
                break;
            }

            tiers.Add((start, ReadPrice(tier.GetProperty("price"), powerOfTen, $"{tierPath}.price")));
        }

        return new TieredPrice(basePrice, [.. tiers.OrderBy(tier => tier.Start)]);
    }

    private ExactPrice ReadPrice(JsonElement element, int powerOfTen, string path)
    {
        if (element.ValueKind != JsonValueKind.Number)
            Fault(path, "must be a number");
        else if (ExactPrice.TryRead(element.GetRawText(), powerOfTen, out var price, out var fault))
            return price;
        else
            Fault(path, fault!);
        return default;
    }

    private PriceConstraint ReadConstraint(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Object && HasExactly(element, "start_date"))
        {
            if (TryText(element, "start_date", out var text)
                && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
                return new PriceConstraint(date, null);
            Fault($"{path}.start_date", "must be a date such as 2026-03-13");
        }
        else if (element.ValueKind == JsonValueKind.Object && HasExactly(element, "start_time", "end_time"))
        {
            if (TryText(element, "start_time", out var start) && TryUtcTime(start, out var from)
                && TryText(element, "end_time", out var end) && TryUtcTime(end, out var to))
                return new PriceConstraint(null, (from, to));
            Fault(path, "must have times with their zone, such as 00:30:00Z");
        }
        else
        {
            Fault(path, "is a constraint that this version doesn't know: it knows start_date, or start_time and end_time");
        }

        return default;
    }

    private MatchClause ReadMatch(JsonElement element, string path)
    {
        RequireKind(element, JsonValueKind.Object, path, "must be a match clause, such as { \"equals\": \"gpt-4o\" }");
        var properties = element.EnumerateObject();
        if (!properties.MoveNext())
            return Unreadable(path, "is an empty match clause");

        var (kind, value) = (properties.Current.Name, properties.Current.Value);
        if (properties.MoveNext())
            return Unreadable(path, "must have one match clause: several are joined by 'or' or 'and'");

        var clausePath = $"{path}.{kind}";
        switch (kind)
        {
            case "equals" or "starts_with" or "ends_with" or "contains" or "regex":
                RequireKind(value, JsonValueKind.String, clausePath, "must be a string");
                var text = value.GetString()!;
                return kind switch
                {
                    "equals" => MatchClause.EqualTo(text),
                    "starts_with" => MatchClause.StartsWith(text),
                    "ends_with" => MatchClause.EndsWith(text),
                    "contains" => MatchClause.Contains(text),
                    _ => ReadRegex(text, clausePath),
                };

            case "or" or "and":
                RequireKind(value, JsonValueKind.Array, clausePath, "must be a list of match clauses");
                var parts = ImmutableArray.CreateBuilder<MatchClause>(value.GetArrayLength());
                foreach (var part in value.EnumerateArray())
                    parts.Add(ReadMatch(part, $"{clausePath}[{parts.Count}]"));
                if (parts.Count == 0)
                    return Unreadable(clausePath, "joins no match clauses");
                return kind == "or" ? MatchClause.AnyOf(parts.ToImmutable()) : MatchClause.AllOf(parts.ToImmutable());

            default:
                return Unreadable(clausePath, "is a match clause that this version doesn't know");
        }
    }

    private MatchClause ReadRegex(string pattern, string path)
    {
        try
        {
            return MatchClause.Matches(
                new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, _regexTimeout));
        }
        catch (NotSupportedException)
        {
            // Look-around and back-references need the backtracking engine, which the timeout bounds.
            return MatchClause.Matches(new Regex(pattern, RegexOptions.CultureInvariant, _regexTimeout));
        }
        catch (ArgumentException error)
        {
            return Unreadable(path, $"is no regular expression: {error.Message}");
        }
    }

    private MatchClause Unreadable(string path, string what)
    {
        Fault(path, what);
        return MatchClause.Unreadable;
    }

    private void Fault(string path, string what) => _fault ??= $"{path} {what}";

    private static bool TryUtcTime(string text, out TimeSpan time)
    {
        time = default;
        var zone = TimeSpan.Zero;
        string local;
        if (text.EndsWith('Z'))
        {
            local = text[..^1];
        }
        else if (text.Length > 6 && text[^6] is '+' or '-'
            && TimeOnly.TryParseExact(text.AsSpan(text.Length - 5), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var offset))
        {
            local = text[..^6];
            zone = text[^6] == '+' ? offset.ToTimeSpan() : -offset.ToTimeSpan();
        }
        else
        {
            return false;
        }

        if (!TimeOnly.TryParseExact(local, ["HH:mm:ss", "HH:mm:ss.FFFFFFF"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock))
            return false;

        time = clock.Add(-zone).ToTimeSpan();
        return true;
    }

    private static bool TryText(JsonElement element, string name, out string text)
    {
        var value = element.GetProperty(name);
        text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return value.ValueKind == JsonValueKind.String;
    }

    private static bool HasExactly(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (!element.TryGetProperty(name, out _))
                return false;
        }

        return element.GetPropertyCount() == names.Length;
    }

    private static string ReadId(JsonElement element, string path)
    {
        var idPath = $"{path}.id";
        var id = Field(element, "id", idPath);
        return id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 } text
            ? text
            : throw new PriceBookException(idPath, "must be a string that is not empty");
    }

    private static JsonElement Field(JsonElement element, string name, string path) =>
        element.TryGetProperty(name, out var value) ? value : throw new PriceBookException(path, "is missing");

    private static void RequireKind(JsonElement element, JsonValueKind kind, string path, string rule)
    {
        if (element.ValueKind != kind)
            throw new PriceBookException(path, rule);
    }
}
