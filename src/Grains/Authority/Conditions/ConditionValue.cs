using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>What a name or a literal stands for in one request.</summary>
internal readonly struct ConditionValue
{
    private static readonly Int128 PicoOfOne = Quantity.One.Pico;

    private readonly Kind _kind;
    private readonly string? _text;
    private readonly decimal _number;
    private readonly Quantity _amount;

    private ConditionValue(Kind kind, string? text = null, decimal number = 0, Quantity amount = default)
    {
        _kind = kind;
        _text = text;
        _number = number;
        _amount = amount;
    }

    private enum Kind
    {
        Missing,
        Unknown,
        Number,
        Amount,
        Text,
        False,
        True,
    }

    /// <summary>The request does not have it.</summary>
    public static ConditionValue Missing => default;

    /// <summary>Nobody can tell.</summary>
    public static ConditionValue Unknown => new(Kind.Unknown);

    /// <summary>Whether the request does not have it.</summary>
    public bool IsMissing => _kind == Kind.Missing;

    /// <summary>Whether nobody can tell it.</summary>
    public bool IsUnknown => _kind == Kind.Unknown;

    /// <summary>What it is, if it is there.</summary>
    public ConditionType Type => _kind switch
    {
        Kind.Number or Kind.Amount => ConditionType.Number,
        Kind.Text => ConditionType.Text,
        Kind.False or Kind.True => ConditionType.Truth,
        _ => ConditionType.Any,
    };

    public static ConditionValue Of(decimal number) => new(Kind.Number, number: number);

    public static ConditionValue Of(Quantity amount) => new(Kind.Amount, amount: amount);

    public static ConditionValue Of(string? text) => text is null ? Missing : new(Kind.Text, text);

    public static ConditionValue Of(bool truth) => new(truth ? Kind.True : Kind.False);

    /// <summary>How this stands to another value of the same type: less than 0, 0, or more.</summary>
    public int CompareTo(in ConditionValue other) => (_kind, other._kind) switch
    {
        (Kind.Number, Kind.Number) => _number.CompareTo(other._number),
        (Kind.Amount, Kind.Amount) => _amount.CompareTo(other._amount),
        (Kind.Amount, Kind.Number) => Compare(_amount, other._number),
        (Kind.Number, Kind.Amount) => -Compare(other._amount, _number),
        (Kind.Text, Kind.Text) => string.CompareOrdinal(_text, other._text),
        _ => _kind.CompareTo(other._kind),
    };

    // An amount has more digits before the point than a decimal can have, and fewer after it: neither fits into the other.
    private static int Compare(Quantity amount, decimal number)
    {
        var whole = decimal.Floor(number);
        var (units, rest) = Int128.DivRem(amount.Pico, PicoOfOne);
        if (rest < 0)
            (units, rest) = (units - 1, rest + PicoOfOne);

        var byUnits = units.CompareTo((Int128)whole);
        return byUnits != 0 ? byUnits : ((decimal)rest / 1_000_000_000_000m).CompareTo(number - whole);
    }
}
