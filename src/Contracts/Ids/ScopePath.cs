using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Ids;

/// <summary>
/// A scope's path below the root of its budget: names joined by slashes, at most <see cref="DepthMax"/>; empty is the
/// root itself. The last may be a scope on demand, <c>customerId=c-17</c>: an attribute and its value
/// (<see cref="ScopeAttribute"/>).
/// </summary>
[GenerateSerializer, Immutable, Alias("genops.ScopePath")]
[JsonConverter(typeof(ParsableJsonConverter<ScopePath>))]
public readonly record struct ScopePath : IParsable<ScopePath>
{
    /// <summary>The deepest scope, in names below the root.</summary>
    public const int DepthMax = 16;

    [Id(0)]
    private readonly string? _value;

    private ScopePath(string value) => _value = value;

    /// <summary>The root's own scope.</summary>
    public static ScopePath Root => default;

    /// <summary>The path, empty for the root.</summary>
    public string Value => _value ?? "";

    /// <summary>Whether this is the root's own scope.</summary>
    public bool IsRoot => Value.Length == 0;

    /// <summary>Whether this is a scope on demand: one value of an attribute, within the scope above.</summary>
    public bool IsOnDemand => Value.Contains('=', StringComparison.Ordinal);

    /// <summary>The last name; empty for the root.</summary>
    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>The names from the root downwards.</summary>
    public string[] Segments => IsRoot ? [] : Value.Split('/');

    /// <summary>The scope above, or null for the root.</summary>
    public ScopePath? Parent => IsRoot ? null : new(Value.LastIndexOf('/') is var i and >= 0 ? Value[..i] : "");

    /// <summary>The scope called <paramref name="name"/> below this one.</summary>
    /// <exception cref="FormatException">Not a name, or too deep.</exception>
    public ScopePath Child(string name) => Parse(IsRoot ? name : $"{Value}/{name}");

    /// <summary>The scope on demand of <paramref name="value"/> within this one.</summary>
    /// <exception cref="FormatException">No attribute that makes scopes, an empty or too long value, or too deep.</exception>
    public ScopePath Child(string attribute, string value) => Child(ScopeAttribute.Segment(attribute, value));

    /// <summary>This scope and every one above it, the root first.</summary>
    public IEnumerable<ScopePath> FromRoot()
    {
        yield return Root;
        for (var i = 0; i < Value.Length; i++)
        {
            if (Value[i] == '/')
                yield return new ScopePath(Value[..i]);
        }

        if (!IsRoot)
            yield return this;
    }

    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">A segment is not a name, or the path is too deep.</exception>
    public static ScopePath Parse(string s)
    {
        if (s.Length == 0)
            return Root;

        var segments = s.Split('/');
        if (segments.Length > DepthMax)
            throw new FormatException($"a scope is at most {DepthMax} names deep");

        foreach (var segment in ScopeAttribute.IsSegment(segments[^1]) ? segments.AsSpan(..^1) : segments)
        {
            if (ScopeAttribute.Fault(segment) is { } fault)
                throw new FormatException(fault);
            NameSyntax.Require(segment, "a scope is names joined by '/', and each");
        }

        return new ScopePath(s);
    }

    /// <inheritdoc/>
    public static ScopePath Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ScopePath result)
    {
        result = default;
        if (s is null)
            return false;

        var segments = s.Split('/');
        if (s.Length > 0 && segments.Length > DepthMax)
            return false;

        foreach (var segment in s.Length == 0 ? [] : ScopeAttribute.IsSegment(segments[^1]) ? segments.AsSpan(..^1) : segments)
        {
            if (!NameSyntax.IsValid(segment))
                return false;
        }

        result = new ScopePath(s);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(ScopePath other) => string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
