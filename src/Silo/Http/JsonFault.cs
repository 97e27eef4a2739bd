using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>
/// Finds the first field of a refused body that is at fault. It walks the contract's types as the serializer sees them,
/// because the serializer's own message names .NET types and loses the way through converters.
/// </summary>
internal static class JsonFault
{
    private const int NameLengthMax = 64;

    private static readonly string[] TokenFields = ["inputTokens", "maxOutputTokens"];

    /// <summary>The fault in <paramref name="element"/>, which should be a <paramref name="type"/>; null if none is found.</summary>
    public static InvalidRequestException? Find(JsonElement element, Type type) => In(element, type, "");

    private static InvalidRequestException? In(JsonElement element, Type type, string path)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            if (element.ValueKind == JsonValueKind.Null)
                return null;
            type = underlying;
        }

        if (type == typeof(Estimate))
            return InEstimate(element, path);

        var info = GenOpsJson.Http.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => InObject(element, info, path),
            JsonTypeInfoKind.Enumerable => InArray(element, info.ElementType!, path),
            JsonTypeInfoKind.Dictionary => InDictionary(element, info.ElementType!, path),
            _ => InValue(element, type, path),
        };
    }

    private static InvalidRequestException? InObject(JsonElement element, JsonTypeInfo info, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return At(path, "must be an object");

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (NameOf(member) is not { } name)
                return At(path, "has a field whose name contains a lone surrogate or a control character");

            var known = info.Properties.FirstOrDefault(property => property.Name == name);
            if (known is null)
                return Unknown(path, name, info.Properties.Select(property => property.Name));
            if (!seen.Add(name))
                return At(Join(path, name), "is given twice");
        }

        foreach (var property in info.Properties)
        {
            var field = Join(path, property.Name);
            if (!element.TryGetProperty(property.Name, out var value))
            {
                if (property.IsRequired || property.AssociatedParameter is { HasDefaultValue: false })
                    return At(field, "is required");
                continue;
            }

            if (value.ValueKind == JsonValueKind.Null)
            {
                if (property.IsSetNullable && (!property.PropertyType.IsValueType || Nullable.GetUnderlyingType(property.PropertyType) is not null)
                    && property.AssociatedParameter is null or { IsNullable: true })
                    continue;
                return At(field, property.IsRequired ? "is required and must not be null" : "must not be null; leave it out instead");
            }

            if (In(value, property.PropertyType, field) is { } fault)
                return fault;
        }

        return null;
    }

    private static InvalidRequestException? InArray(JsonElement element, Type itemType, string path)
    {
        if (element.ValueKind != JsonValueKind.Array)
            return At(path, "must be a list");

        var i = 0;
        foreach (var item in element.EnumerateArray())
        {
            if (In(item, itemType, $"{path}[{i++}]") is { } fault)
                return fault;
        }

        return null;
    }

    private static InvalidRequestException? InDictionary(JsonElement element, Type valueType, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return At(path, "must be an object");

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (NameOf(member) is not { } name)
                return At(path, "has a name that contains a lone surrogate or a control character");
            if (!seen.Add(name))
                return At(Join(path, name), "is given twice");
            if (In(member.Value, valueType, Join(path, name)) is { } fault)
                return fault;
        }

        return null;
    }

    private static InvalidRequestException? InEstimate(JsonElement element, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                return InArray(element, typeof(Amount), path);

            case JsonValueKind.Object:
                var names = element.EnumerateObject().Select(NameOf).ToArray();
                if (names.Contains("amount") || names.Contains("unit"))
                    return InObject(element, GenOpsJson.Http.GetTypeInfo(typeof(Amount)), path);

                foreach (var member in element.EnumerateObject())
                {
                    if (NameOf(member) is not { } name)
                        return At(path, "has a field whose name contains a lone surrogate or a control character");
                    if (!TokenFields.Contains(name))
                        return Unknown(path, name, [.. TokenFields, "amount", "unit"]);
                    if (names.Count(other => other == name) > 1)
                        return At(Join(path, name), "is given twice");
                    if (In(member.Value, typeof(long?), Join(path, name)) is { } fault)
                        return fault;
                }

                return null;

            default:
                return At(path, "must be { \"inputTokens\", \"maxOutputTokens\" }, { \"amount\", \"unit\" }, or a list of such amounts");
        }
    }

    private static InvalidRequestException? InValue(JsonElement element, Type type, string path)
    {
        try
        {
            return element.Deserialize(type, GenOpsJson.Http) is null ? At(path, "must not be null") : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // The contract's converters say what is wrong; the serializer's own message names .NET types.
            var rule = RuleOf(type) ?? error.Message;
            return type == typeof(WorkloadId) ? At(path, rule, "invalid_id") : At(path, rule);
        }
    }

    private static string? RuleOf(Type type)
    {
        if (type.IsEnum)
            return $"must be one of {string.Join(", ", EnumNames.Of(type))}";
        if (type == typeof(int))
            return $"must be a whole number, not in quotes, from {int.MinValue} to {int.MaxValue}";
        if (type == typeof(long))
            return $"must be a whole number, not in quotes, from {long.MinValue} to {long.MaxValue}";
        return type == typeof(bool) ? "must be true or false" : null;
    }

    private static InvalidRequestException Unknown(string path, string name, IEnumerable<string> known)
    {
        var all = known.ToArray();
        var near = Array.Find(all, other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase));
        var hint = near is not null ? $"did you mean {near}?" : $"known here: {string.Join(", ", all)}";
        return At(Join(path, name), $"is not a known field; {hint}");
    }

    private static InvalidRequestException At(string path, string rule, string code = "invalid_request") =>
        new(path.Length == 0 ? "body" : path, rule, code);

    private static string Join(string path, string name)
    {
        var shown = name.Length > NameLengthMax ? string.Concat(name.AsSpan(0, NameLengthMax), "…") : name;
        return path.Length == 0 ? shown : $"{path}.{shown}";
    }

    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return JsonText.Fault(member.Name) is null ? member.Name : null;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate has no name to show.
            return null;
        }
    }
}
