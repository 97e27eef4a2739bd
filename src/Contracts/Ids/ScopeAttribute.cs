using System.Collections.Immutable;
using System.Text;

namespace GenOps.ControlPlane.Ids;

/// <summary>
/// The attributes of a workload whose values make scopes on demand, and how such a scope is written:
/// <c>customerId=c-17</c>, the value percent-encoded except for letters, digits, '-', '.', '_' and '~'.
/// </summary>
public static class ScopeAttribute
{
    /// <summary>The longest value, in UTF-8 bytes.</summary>
    public const int ValueBytesMax = 256;

    /// <summary>
    /// The attribute of the scopes in a delegation's tree, one for each delegation of a chain that limits spend. No
    /// request states it, and no budget can limit by it.
    /// </summary>
    public const string Delegation = "delegation";

    /// <summary>The names.</summary>
    public static ImmutableArray<string> Names { get; } =
        ["agent", "costCenter", "customerId", "environment", "feature", "model", "project", "provider", "sessionId", "team"];

    /// <summary>The name of the scope of <paramref name="value"/>.</summary>
    /// <exception cref="FormatException">No such attribute, or an empty or too long value.</exception>
    public static string Segment(string attribute, string value)
    {
        if (!MakesScopes(attribute))
            throw new FormatException($"scopes are made by {string.Join(", ", Names)}, not by {attribute}");
        if (value.Length == 0 || Encoding.UTF8.GetByteCount(value) > ValueBytesMax)
            throw new FormatException($"the value of {attribute} must have 1 to {ValueBytesMax} bytes of UTF-8");
        return $"{attribute}={Uri.EscapeDataString(value)}";
    }

    private static bool MakesScopes(string attribute) => Names.Contains(attribute, StringComparer.Ordinal) || attribute == Delegation;

    /// <summary>Whether <paramref name="text"/> is the name of a scope on demand, in the one way in which it is written.</summary>
    public static bool IsSegment(string text) => TryRead(text, out _, out _);

    /// <summary>Why <paramref name="segment"/>, meant as the name of a scope on demand, can't stand where it does; null if it is not meant as one.</summary>
    internal static string? Fault(string segment)
    {
        var equals = segment.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            return null;
        if (!MakesScopes(segment[..equals]))
            return $"'{segment}': scopes on demand are made by {string.Join(", ", Names)}";

        var value = Uri.UnescapeDataString(segment[(equals + 1)..]);
        if (value.Length == 0 || Encoding.UTF8.GetByteCount(value) > ValueBytesMax)
            return $"the value of {segment[..equals]} must have 1 to {ValueBytesMax} bytes of UTF-8";
        return Segment(segment[..equals], value) is var written && written == segment
            ? $"'{segment}' is a scope on demand, which has nothing below it; percent-encode a '/' in its value as %2F"
            : $"'{segment}': the value of a scope on demand is percent-encoded, '{written}'; a query encodes that once more, '{Uri.EscapeDataString(written)}'";
    }

    /// <summary>Reads the name of a scope on demand.</summary>
    public static bool TryRead(string text, out string attribute, out string value)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        attribute = equals < 0 ? "" : text[..equals];
        value = "";
        if (equals < 0 || text.Length > equals + 1 + (3 * ValueBytesMax) || !MakesScopes(attribute))
            return false;

        value = Uri.UnescapeDataString(text[(equals + 1)..]);
        return value.Length > 0 && Encoding.UTF8.GetByteCount(value) <= ValueBytesMax
            && string.Equals(Uri.EscapeDataString(value), text[(equals + 1)..], StringComparison.Ordinal);
    }
}
