namespace GenOps.ControlPlane.Ids;

/// <summary>The one syntax of every name: tenant, agent, budget root, scope segment, delegation, key.</summary>
public static class NameSyntax
{
    /// <summary>The longest name, in characters.</summary>
    public const int LengthMax = 128;

    /// <summary>What a name may look like, for messages.</summary>
    public const string Rule =
        "1 to 128 characters of a-z, 0-9, '.', '_', '@', '-', starting with a letter or a digit";

    /// <summary>Whether <paramref name="text"/> is a name.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length > LengthMax || !char.IsAsciiLetterLower(text[0]) && !char.IsAsciiDigit(text[0]))
            return false;

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '_' or '@' or '-'))
                return false;
        }

        return true;
    }

    /// <summary>Returns <paramref name="text"/> if it is a name.</summary>
    /// <exception cref="FormatException">It is not; the message says what <paramref name="noun"/> looks like.</exception>
    public static string Require(string? text, string noun) =>
        IsValid(text) ? text! : throw new FormatException($"{noun} is {Rule}");
}
