using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Ids;

/// <summary>The name of a tenant: the unit of isolation. It is part of every grain key.</summary>
[GenerateSerializer, Immutable, Alias("genops.TenantId")]
[JsonConverter(typeof(ParsableJsonConverter<TenantId>))]
public readonly record struct TenantId : IParsable<TenantId>
{
    private TenantId(string value) => Value = value;

    /// <summary>All tenants together: where the bootstrap admin's key lives. Not a name that a tenant can have.</summary>
    public static TenantId All { get; } = new("*");

    /// <summary>The name.</summary>
    [Id(0)]
    public string Value { get; }

    /// <summary>Whether this is <see cref="All"/>.</summary>
    public bool IsAll => Value == "*";

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static TenantId Parse(string s) => new(NameSyntax.Require(s, "a tenant name"));

    /// <summary>Reads a name; see <see cref="NameSyntax"/>.</summary>
    /// <exception cref="FormatException">It is not a name.</exception>
    public static TenantId Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TenantId result)
    {
        result = NameSyntax.IsValid(s) ? new TenantId(s!) : default;
        return result.Value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
