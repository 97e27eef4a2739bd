using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace GenOps.ControlPlane.Json;

/// <summary>How the contract's types look as JSON: strict when read, stable when written.</summary>
public static class GenOpsJson
{
    /// <summary>The deepest nesting that a document may have: a budget of full depth fits.</summary>
    public const int DepthMax = 64;

    /// <summary>For HTTP: unknown and doubled fields are refused, so that a mistyped limit is not silently no limit.</summary>
    public static JsonSerializerOptions Http { get; } = Configure(new JsonSerializerOptions());

    /// <summary>
    /// For the ledger, for snapshots and for hashing: absent is absent, so that a text stays canonical when a field is
    /// added, and what was left out is read as absent again.
    /// </summary>
    public static JsonSerializerOptions Canonical { get; } = Configure(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { AbsentIsNull } },
    });

    /// <summary>Applies the contract's settings to <paramref name="options"/>.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = DepthMax;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonText());

        // Goes before the enumerations' own attribute, which would take any number for a word.
        options.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
        options.Converters.Add(new InstantJsonConverter());
        return options;
    }

    /// <summary>What is not written when it is null need not be there when it is read; what can't be null must.</summary>
    private static void AbsentIsNull(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.Get is null || property.AssociatedParameter is { IsNullable: true })
                property.IsRequired = false;
        }
    }
}
