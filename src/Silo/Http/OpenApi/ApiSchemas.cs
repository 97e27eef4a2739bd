using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace GenOps.ControlPlane.Silo.Http.OpenApi;

/// <summary>Schemas of the contract's types whose JSON the serializer can't tell, because converters write them.</summary>
internal static class ApiSchemas
{
    private const string Segment = "[a-z0-9][a-z0-9._@-]{0,127}";
    private const string Name = $"^{Segment}$";
    private const string Uuid7 = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";

    private static readonly Dictionary<Type, (string Pattern, string Description)> Texts = new()
    {
        [typeof(TenantId)] = (Name, "A tenant's name."),
        [typeof(AgentId)] = (Name, "An agent's name."),
        [typeof(DelegationId)] = (Name, "A delegation's name."),
        [typeof(ApprovalId)] = ($"^p-{Uuid7[1..]}", "An approval's id: p- and a UUIDv7."),
        [typeof(BudgetRoot)] = ($"^@?{Segment}$", "A budget's name; that of a delegation's tree is '@' and the delegation's name."),
        [typeof(ScopePath)] = (
            $"^({Segment}(/{Segment}){{0,15}}|({Segment}/){{0,15}}({string.Join('|', ScopeAttribute.Names)})=([A-Za-z0-9._~-]|%[0-9A-F]{{2}})+)?$",
            "A scope below the root: names joined by slashes, at most 16; empty is the root itself. The last can be a scope on demand, "
            + "an attribute and its percent-encoded value: nlp/customerId=c-17."),
        [typeof(Principal)] = ("^(user|agent):[a-z0-9][a-z0-9._@-]{0,127}$", "Who holds authority: a user or an agent."),
        [typeof(WorkloadId)] = (Uuid7, "A workload's id and idempotency key: a UUIDv7."),
        [typeof(ApprovalId)] = ("^p-" + Uuid7[1..], "An approval's id, as a decision named it: p- and a UUIDv7."),
        [typeof(DelegationId)] = (Name, "A delegation's name."),
        [typeof(ContentHash)] = ("^[0-9a-f]{64}$", "A SHA-256 of what is asked for, in hexadecimal digits."),
        [typeof(Quantity)] = (@"^-?[0-9]{1,18}(\.[0-9]{1,12})?$", "An exact decimal number, in a string; at most 12 decimals."),
        [typeof(Unit)] = ("^([A-Z]{3}|[a-z][a-z0-9_]{0,31})$", "An ISO 4217 currency code such as USD, or a unit's name such as tokens."),
    };

    /// <summary>The name of a type's schema among the components; null for one that is written out in place.</summary>
    public static string? ReferenceId(JsonTypeInfo type)
    {
        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        if (Texts.ContainsKey(plain) || plain == typeof(Epoch) || plain == typeof(ParameterValue))
            return null;
        if (plain == typeof(Estimate) || plain == typeof(ReadOnlyMemory<byte>))
            return null;
        return plain.IsGenericType && plain.GetGenericTypeDefinition() == typeof(Page<>)
            ? $"PageOf{plain.GetGenericArguments()[0].Name}"
            : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
    }

    /// <summary>Describes one schema.</summary>
    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        var isNullable = type != context.JsonTypeInfo.Type || schema.Type?.HasFlag(JsonSchemaType.Null) == true
            || context.JsonPropertyInfo is { IsGetNullable: true, PropertyType.IsValueType: false };

        // An optional list hides what it holds, and is asked about once more for each of its items.
        var list = schema.Type?.HasFlag(JsonSchemaType.Array) == true ? context.JsonTypeInfo.Options.GetTypeInfo(type) : null;
        var orNull = isNullable && context.ParameterDescription is null ? JsonSchemaType.Null : default;

        if (Texts.TryGetValue(type, out var text))
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Pattern = text.Pattern;
            schema.Description ??= text.Description;
            schema.Format = type == typeof(WorkloadId) ? "uuid" : null;
        }
        else if (type == typeof(string))
        {
            schema.Type = JsonSchemaType.String | orNull;
        }
        else if (list is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } item } && item == typeof(string))
        {
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.String };
        }
        else if (list is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } named } && Texts.ContainsKey(named))
        {
            schema.Items = TextSchema(named);
        }
        else if (context.JsonTypeInfo is { Kind: JsonTypeInfoKind.Dictionary, ElementType: { } value } && value == typeof(ParameterValue))
        {
            schema.AdditionalProperties = ParameterSchema();
        }
        else if (type == typeof(Epoch))
        {
            schema.Type = JsonSchemaType.Integer | orNull;
            schema.Format = "int64";
            schema.Minimum = "0";
        }
        else if (type == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Format = "date-time";
        }
        else if (type == typeof(PriceClass))
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. Enum.GetNames<PriceClass>().Select(name => (JsonNode)(char.ToLowerInvariant(name[0]) + name[1..]))];
        }
        else if (type.IsEnum)
        {
            // One schema serves every use; that a use may be null is said where it is used.
            schema.Enum = [.. EnumNames.Of(type).Select(name => (JsonNode)name)];
        }
        else if (type == typeof(ReadOnlyMemory<byte>))
        {
            schema.Type = JsonSchemaType.Object;
            schema.Format = null;
        }
        else if (type == typeof(Estimate))
        {
            DescribeEstimate(schema);
        }
        else if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            // What is not listed is refused when read.
            schema.AdditionalPropertiesAllowed = false;
        }

        return Task.CompletedTask;
    }

    /// <summary>The schema of a text of this type, for a parameter.</summary>
    public static OpenApiSchema TextSchema(Type type) =>
        new() { Type = JsonSchemaType.String, Pattern = Texts[type].Pattern, Description = Texts[type].Description };

    private static OpenApiSchema ParameterSchema() =>
        new() { Type = JsonSchemaType.String | JsonSchemaType.Number | JsonSchemaType.Boolean };

    private static void DescribeEstimate(OpenApiSchema schema)
    {
        schema.Description = "What it may consume at most: tokens, one amount, or a list of amounts with at most one of each unit.";
        schema.Type = null;
        schema.OneOf =
        [
            new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                AdditionalPropertiesAllowed = false,
                Properties = new Dictionary<string, IOpenApiSchema>
                {
                    ["inputTokens"] = Tokens("Tokens that go in, cached ones included."),
                    ["maxOutputTokens"] = Tokens("The most tokens that may come out."),
                },
            },
            AmountSchema(),
            new OpenApiSchema { Type = JsonSchemaType.Array, Items = AmountSchema(), MaxItems = 16 },
        ];
    }

    private static OpenApiSchema Tokens(string description) =>
        new() { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "0", Description = description };

    private static OpenApiSchema AmountSchema() => new()
    {
        Type = JsonSchemaType.Object,
        AdditionalPropertiesAllowed = false,
        Required = new HashSet<string> { "amount", "unit" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["amount"] = TextSchema(typeof(Quantity)),
            ["unit"] = TextSchema(typeof(Unit)),
        },
    };
}
