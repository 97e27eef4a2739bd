using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Ids;

/// <summary>One that holds authority: <c>user:maria@example.com</c> or <c>agent:planner</c>.</summary>
[GenerateSerializer, Immutable, Alias("genops.Principal")]
[JsonConverter(typeof(ParsableJsonConverter<Principal>))]
public readonly record struct Principal : IParsable<Principal>
{
    private Principal(string value) => Value = value;

    /// <summary>The bootstrap administrator of a node.</summary>
    public static Principal Bootstrap { get; } = new("user:admin");

    /// <summary>The control plane itself, where nobody asked for an act.</summary>
    public static Principal ControlPlane { get; } = new("user:control-plane");

    /// <summary>The prefixed name.</summary>
    [Id(0)]
    public string Value { get; }

    /// <summary>Whether this is an agent and not a person.</summary>
    public bool IsAgent => Value.StartsWith("agent:", StringComparison.Ordinal);

    /// <summary>The agent that this is; null for a person.</summary>
    public AgentId? Agent => IsAgent ? AgentId.Parse(Value["agent:".Length..]) : null;

    /// <summary>The principal that an agent is.</summary>
    public static Principal Of(AgentId agent) => new($"agent:{agent}");

    /// <summary>Reads a principal.</summary>
    /// <exception cref="FormatException">Not <c>user:</c> or <c>agent:</c> and a name.</exception>
    public static Principal Parse(string s) =>
        TryParse(s, null, out var principal)
            ? principal
            : throw new FormatException($"a principal is 'user:' or 'agent:' and a name of {NameSyntax.Rule}");

    /// <inheritdoc/>
    public static Principal Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Principal result)
    {
        var name = s is null ? default
            : s.StartsWith("user:", StringComparison.Ordinal) ? s.AsSpan(5)
            : s.StartsWith("agent:", StringComparison.Ordinal) ? s.AsSpan(6)
            : default;
        var ok = NameSyntax.IsValid(name);
        result = ok ? new Principal(s!) : default;
        return ok;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
