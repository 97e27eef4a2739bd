using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Ids;

/// <summary>The name of an agent within its tenant.</summary>
[GenerateSerializer, Immutable, Alias("genops.AgentId")]
[JsonConverter(typeof(ParsableJsonConverter<AgentId>))]
public readonly record struct AgentId : IParsable<AgentId>
{
    private AgentId(string value) => Value = value;

    /// <summary>The name.</summary>
    [Id(0)]
    public string Value { get; }

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static AgentId Parse(string s) => new(NameSyntax.Require(s, "an agent name"));

    /// <summary>Reads a name; see <see cref="NameSyntax"/>.</summary>
    /// <exception cref="FormatException">It is not a name.</exception>
    public static AgentId Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out AgentId result)
    {
        result = NameSyntax.IsValid(s) ? new AgentId(s!) : default;
        return result.Value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
