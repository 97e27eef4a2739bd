using System.Collections.Immutable;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// Lists of exact names, and of prefixes that end in <c>*</c>. Case counts. Of two patterns that share a name, one always
/// covers the other, so the intersection of two lists is a list again.
/// </summary>
internal static class CapabilityPatterns
{
    /// <summary>The longest pattern, in characters.</summary>
    public const int LengthMax = 128;

    /// <summary>Whether a list permits a name; a list that is null permits every one.</summary>
    public static bool Permit(ImmutableArray<string>? patterns, string name)
    {
        if (patterns is not { } list)
            return true;
        foreach (var pattern in list)
        {
            if (Matches(pattern, name))
                return true;
        }

        return false;
    }

    /// <summary>Whether a list permits every name that <paramref name="pattern"/> stands for; a list that is null does.</summary>
    public static bool Cover(ImmutableArray<string>? patterns, string pattern)
    {
        if (patterns is not { } list)
            return true;
        foreach (var wide in list)
        {
            if (Covers(wide, pattern))
                return true;
        }

        return false;
    }

    /// <summary>The list that permits what both permit: the narrower of each two that share names, without those that another covers.</summary>
    public static ImmutableArray<string>? Intersect(ImmutableArray<string>? above, ImmutableArray<string>? below)
    {
        if (above is not { } wide || below is not { } narrow)
            return above ?? below;

        var both = new List<string>();
        foreach (var pattern in narrow)
        {
            if (Cover(wide, pattern))
                both.Add(pattern);
        }

        foreach (var pattern in wide)
        {
            if (Cover(narrow, pattern))
                both.Add(pattern);
        }

        // Of two equal ones the first stays.
        var kept = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < both.Count; i++)
        {
            var isCovered = false;
            for (var j = 0; j < both.Count && !isCovered; j++)
                isCovered = j != i && Covers(both[j], both[i]) && (j < i || both[j] != both[i]);
            if (!isCovered)
                kept.Add(both[i]);
        }

        return kept.Count == narrow.Length && kept.SequenceEqual(narrow) ? narrow : kept.ToImmutable();
    }

    private static bool Matches(string pattern, string name) =>
        pattern.EndsWith('*')
            ? name.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
            : string.Equals(pattern, name, StringComparison.Ordinal);

    private static bool Covers(string wide, string narrow) => Matches(wide, narrow);
}
