namespace GenOps.ControlPlane.Pricing;

/// <summary>A model's name in which <c>*</c> stands for any text, also none. Case doesn't matter.</summary>
internal sealed class ModelPattern
{
    private readonly string _text;

    /// <summary>Reads one.</summary>
    public ModelPattern(string text)
    {
        _text = text.ToLowerInvariant();
        var star = _text.IndexOf('*', StringComparison.Ordinal);
        IsExact = star < 0;
        Prefix = IsExact ? _text : _text[..star];
        Stars = _text.AsSpan().Count('*');
    }

    /// <summary>Whether it stands for one name.</summary>
    public bool IsExact { get; }

    /// <summary>What is before the first <c>*</c>, in lower case.</summary>
    public string Prefix { get; }

    /// <summary>How many <c>*</c> it has.</summary>
    public int Stars { get; }

    /// <summary>How many characters it fixes.</summary>
    public int Literals => _text.Length - Stars;

    /// <summary>The pattern in lower case: one text for each pattern.</summary>
    public override string ToString() => _text;

    /// <summary>Whether it stands for a name.</summary>
    /// <param name="name">In lower case.</param>
    public bool Matches(ReadOnlySpan<char> name)
    {
        // The last star that was passed takes one character more whenever what follows it doesn't fit. Earlier stars need
        // no second try, so the work is bounded by the product of both lengths.
        var (at, next) = (0, 0);
        var (star, taken) = (-1, 0);
        while (at < name.Length)
        {
            if (next < _text.Length && _text[next] == '*')
            {
                star = next++;
                taken = at;
            }
            else if (next < _text.Length && _text[next] == name[at])
            {
                next++;
                at++;
            }
            else if (star >= 0)
            {
                next = star + 1;
                at = ++taken;
            }
            else
            {
                return false;
            }
        }

        return _text.AsSpan(next).TrimStart('*').IsEmpty;
    }
}
