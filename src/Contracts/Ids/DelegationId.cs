using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Ids;

/// <summary>The name of a delegation within its tenant. Once revoked it is spent for ever.</summary>
[GenerateSerializer, Immutable, Alias("genops.DelegationId")]
[JsonConverter(typeof(ParsableJsonConverter<DelegationId>))]
public readonly record struct DelegationId : IParsable<DelegationId>, IComparable<DelegationId>
{
    private DelegationId(string value) => Value = value;

    /// <summary>The name.</summary>
    [Id(0)]
    public string Value { get; }

    /// <summary>What the ledger's index knows it by: one name is given once in a tenant.</summary>
    public WorkloadId Subject => WorkloadId.OfSubject("delegation", Value);

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static DelegationId Parse(string s) => new(NameSyntax.Require(s, "a delegation's id"));

    /// <summary>Reads a name; see <see cref="NameSyntax"/>.</summary>
    /// <exception cref="FormatException">It is not a name.</exception>
    public static DelegationId Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DelegationId result)
    {
        result = NameSyntax.IsValid(s) ? new DelegationId(s!) : default;
        return result.Value is not null;
    }

    /// <summary>Ordinal.</summary>
    public int CompareTo(DelegationId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
