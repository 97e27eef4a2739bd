using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace GenOps.ControlPlane.Pricing;

/// <summary>A rule that a name in lower case matches or not. All kinds but the regular expression ignore case.</summary>
internal sealed class MatchClause
{
    private readonly Kind _kind;
    private readonly string _text;
    private readonly Regex? _regex;
    private readonly ImmutableArray<MatchClause> _parts;

    private MatchClause(Kind kind, string text = "", Regex? regex = null, ImmutableArray<MatchClause> parts = default)
    {
        _kind = kind;
        _text = text.ToLowerInvariant();
        _regex = regex;
        _parts = parts.IsDefault ? [] : parts;
    }

    private enum Kind
    {
        Unreadable,
        Equal,
        Start,
        End,
        Contain,
        Regex,
        Or,
        And,
    }

    /// <summary>A clause that this version can't read: it may match anything.</summary>
    public static MatchClause Unreadable { get; } = new(Kind.Unreadable);

    public static MatchClause EqualTo(string text) => new(Kind.Equal, text);

    public static MatchClause StartsWith(string text) => new(Kind.Start, text);

    public static MatchClause EndsWith(string text) => new(Kind.End, text);

    public static MatchClause Contains(string text) => new(Kind.Contain, text);

    public static MatchClause Matches(Regex regex) => new(Kind.Regex, regex: regex);

    public static MatchClause AnyOf(ImmutableArray<MatchClause> parts) => new(Kind.Or, parts: parts);

    public static MatchClause AllOf(ImmutableArray<MatchClause> parts) => new(Kind.And, parts: parts);

    /// <summary>Whether the name matches.</summary>
    /// <param name="name">In lower case.</param>
    public MatchResult Match(string name) => _kind switch
    {
        Kind.Equal => Of(name == _text),
        Kind.Start => Of(name.StartsWith(_text, StringComparison.Ordinal)),
        Kind.End => Of(name.EndsWith(_text, StringComparison.Ordinal)),
        Kind.Contain => Of(name.Contains(_text, StringComparison.Ordinal)),
        Kind.Regex => MatchRegex(name),
        Kind.Or => Any(name),
        Kind.And => All(name),
        _ => MatchResult.Maybe,
    };

    private static MatchResult Of(bool matches) => matches ? MatchResult.Yes : MatchResult.No;

    private MatchResult MatchRegex(string name)
    {
        try
        {
            return Of(_regex!.IsMatch(name));
        }
        catch (RegexMatchTimeoutException)
        {
            // An expression that doesn't come to an end has said nothing about the name.
            return MatchResult.Maybe;
        }
    }

    private MatchResult Any(string name)
    {
        var result = MatchResult.No;
        foreach (var part in _parts)
        {
            var found = part.Match(name);
            if (found == MatchResult.Yes)
                return found;
            result = found > result ? found : result;
        }

        return result;
    }

    private MatchResult All(string name)
    {
        var result = MatchResult.Yes;
        foreach (var part in _parts)
        {
            var found = part.Match(name);
            if (found == MatchResult.No)
                return found;
            result = found < result ? found : result;
        }

        return result;
    }
}
