using System.Collections.Immutable;
using System.Text;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>Cuts a condition into words, literals and signs.</summary>
internal sealed class ConditionLexer(string text)
{
    private const int ShownMax = 40;

    // Two characters before one, so that the longest sign is found.
    private static readonly string[] Signs = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", "."];

    // What people write who know other languages, and what they mean.
    private static readonly (string Written, string Meant)[] Foreign =
        [("&&", "and"), ("||", "or"), ("<>", "!="), ("=", "=="), ("&", "and"), ("|", "or"), ("!", "not")];

    private int _at;

    /// <summary>Whether <paramref name="text"/> can stand after a dot: letters of ASCII, digits and <c>_</c>, and no digit at first.</summary>
    public static bool IsName(string text)
    {
        foreach (var c in text)
        {
            if (!IsNamePart(c))
                return false;
        }

        return text.Length > 0 && !char.IsAsciiDigit(text[0]);
    }

    /// <summary>The whole condition.</summary>
    /// <exception cref="InvalidRequestException">It has what no condition has.</exception>
    public static ImmutableArray<ConditionToken> Cut(string text)
    {
        if (JsonText.Fault(text) is { } fault)
            throw new InvalidRequestException(Condition.Field, fault);

        var lexer = new ConditionLexer(text);
        var tokens = ImmutableArray.CreateBuilder<ConditionToken>();
        do
            tokens.Add(lexer.Next());
        while (tokens[^1].Kind != ConditionTokenKind.End);
        return tokens.ToImmutable();
    }

    /// <summary>The refusal of what stands at a column.</summary>
    public static InvalidRequestException Fault(int column, string found, string meant) =>
        new(Condition.Field, $"column {column}: found {Shorten(found)}, {meant}");

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static string Shorten(string found)
    {
        if (found.Length <= ShownMax)
            return found;
        var length = char.IsHighSurrogate(found[ShownMax - 1]) ? ShownMax - 1 : ShownMax;
        return found[..length] + "…";
    }

    private ConditionToken Next()
    {
        while (_at < text.Length && text[_at] == ' ')
            _at++;
        if (_at == text.Length)
            return Token(ConditionTokenKind.End, _at, "the end");

        var start = _at;
        var c = text[_at];
        if (c is '"' or '\'')
            return Quoted(c);
        if (char.IsAsciiDigit(c) || c == '-' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1]))
            return Number();
        if (IsNamePart(c))
        {
            while (_at < text.Length && IsNamePart(text[_at]))
                _at++;
            return Token(ConditionTokenKind.Name, start, text[start.._at]);
        }

        var rest = text.AsSpan(_at);
        foreach (var (written, meant) in Foreign)
        {
            // "=" is the beginning of "==", "!" of "!=".
            if (rest.StartsWith(written) && !(written.Length == 1 && rest.Length > 1 && rest[1] == '='))
                throw Fault(start + 1, written, $"where {meant} is meant");
        }

        foreach (var sign in Signs)
        {
            if (!rest.StartsWith(sign))
                continue;
            _at += sign.Length;
            return Token(ConditionTokenKind.Sign, start, sign);
        }

        var rune = Rune.GetRuneAt(text, start).ToString();
        throw Fault(start + 1, rune, "which no condition has outside quotes; a condition is like: tool == \"refund\" and parameters.refundAmount > 200");
    }

    private ConditionToken Number()
    {
        var start = _at++;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
        if (_at + 1 < text.Length && text[_at] == '.' && char.IsAsciiDigit(text[_at + 1]))
        {
            _at++;
            while (_at < text.Length && char.IsAsciiDigit(text[_at]))
                _at++;
        }

        if (_at < text.Length && IsNamePart(text[_at]))
        {
            while (_at < text.Length && IsNamePart(text[_at]))
                _at++;
            throw Fault(start + 1, text[start.._at], "where a plain decimal number such as 200 or 0.5 is meant; a text stands in quotes");
        }

        return Token(ConditionTokenKind.Number, start, text[start.._at]);
    }

    private ConditionToken Quoted(char quote)
    {
        var start = _at++;
        var content = new StringBuilder();
        while (_at < text.Length && text[_at] != quote)
        {
            if (text[_at] == '\\')
            {
                _at++;
                if (_at == text.Length || text[_at] is not ('\\' or '"' or '\''))
                    throw Fault(_at, "\\", "after which a quote or another \\ is meant");
            }

            content.Append(text[_at++]);
        }

        if (_at == text.Length)
            throw Fault(start + 1, text[start..], $"a text without its closing {quote}");
        _at++;
        return Token(ConditionTokenKind.Text, start, content.ToString());
    }

    private ConditionToken Token(ConditionTokenKind kind, int start, string content) =>
        new(kind, content, start + 1, kind == ConditionTokenKind.End ? content : text[start.._at]);
}
