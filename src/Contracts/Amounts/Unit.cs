using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Amounts;

/// <summary>What is counted: an ISO 4217 currency (<c>USD</c>) or a named unit (<c>tokens</c>, <c>requests</c>, an own one).</summary>
[GenerateSerializer, Immutable, Alias("genops.Unit")]
[JsonConverter(typeof(ParsableJsonConverter<Unit>))]
public readonly record struct Unit : IParsable<Unit>
{
    private Unit(string code) => Code = code;

    /// <summary>US dollars: the currency of the price book.</summary>
    public static Unit Usd { get; } = new("USD");

    /// <summary>Tokens, input and output together.</summary>
    public static Unit Tokens { get; } = new("tokens");

    /// <summary>Calls.</summary>
    public static Unit Requests { get; } = new("requests");

    /// <summary>The currency's code or the unit's name.</summary>
    [Id(0)]
    public string Code { get; }

    /// <summary>Whether this is money.</summary>
    public bool IsCurrency => char.IsAsciiLetterUpper(Code[0]);

    /// <summary>Reads a unit.</summary>
    /// <exception cref="FormatException">Neither an ISO 4217 code nor a unit's name.</exception>
    public static Unit Parse(string s) =>
        TryParse(s, null, out var unit)
            ? unit
            : throw new FormatException(
                "a unit is an ISO 4217 currency code such as USD, or a name such as tokens: a lower-case letter, then up to 31 of a-z, 0-9, '_'");

    /// <inheritdoc/>
    public static Unit Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Unit result)
    {
        var ok = s is not null && (CurrencyCodes.Contains(s) || IsName(s));
        result = ok ? new Unit(s!) : default;
        return ok;
    }

    /// <inheritdoc/>
    public override string ToString() => Code;

    private static bool IsName(string s)
    {
        if (s.Length is 0 or > 32 || !char.IsAsciiLetterLower(s[0]))
            return false;

        foreach (var c in s)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_')
                return false;
        }

        return true;
    }
}
