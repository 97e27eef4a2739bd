using System.Globalization;
using System.Numerics;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Pricing;

/// <summary>
/// The price of one token or call as an exact fraction: <c>mantissa / 10^scale</c> times 1e-12. It is made from the digits
/// of the file and never passes through a floating-point number. Files hold prices such as 0.08333333333333334 per million,
/// finer than 1e-12 per token, so the fraction is kept and only a line's amount is rounded: up.
/// </summary>
internal readonly record struct ExactPrice
{
    /// <summary>The most significant digits that a price may have.</summary>
    public const int DigitsMax = 28;

    // Both keep every power of ten below within an Int128.
    private const int WholeDigitsMax = 12;
    private const int DecimalsMax = 30;

    private readonly Int128 _mantissa;
    private readonly Int128 _divisor;

    private ExactPrice(Int128 mantissa, Int128 divisor, string text)
    {
        _mantissa = mantissa;
        _divisor = divisor;
        Text = text;
    }

    /// <summary>The price as the file writes it.</summary>
    public string Text { get; }

    /// <summary>Reads a JSON number that is the price of <c>10^perPowerOfTen</c> pieces.</summary>
    /// <returns>False with what is wrong.</returns>
    public static bool TryRead(string json, int perPowerOfTen, out ExactPrice price, out string? fault)
    {
        price = default;
        if (json.StartsWith('-'))
        {
            fault = "must be 0 or more";
            return false;
        }

        var mark = json.AsSpan().IndexOfAny('e', 'E');
        var exponent = 0;
        if (mark >= 0 && !int.TryParse(json.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            fault = "has an exponent that is no price's";
            return false;
        }

        var plain = mark < 0 ? json : json[..mark];
        var point = plain.IndexOf('.');
        var decimals = point < 0 ? 0L : plain.Length - point - 1;
        var digits = plain.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        var significant = digits.TrimEnd('0');
        decimals += (long)-exponent - (digits.Length - significant.Length);
        if (significant.Length == 0)
        {
            price = new ExactPrice(0, 1, json);
            fault = null;
            return true;
        }

        if (significant.Length > DigitsMax || decimals > DecimalsMax || significant.Length - decimals > WholeDigitsMax)
        {
            fault = $"must have at most {DigitsMax} digits, {WholeDigitsMax} of them before and {DecimalsMax} places after the point";
            return false;
        }

        var mantissa = Int128.Parse(significant, NumberStyles.None, CultureInfo.InvariantCulture);
        var shift = Quantity.DecimalsMax - perPowerOfTen - (int)decimals;
        price = shift >= 0
            ? new ExactPrice(mantissa * PowerOfTen(shift), 1, json)
            : new ExactPrice(mantissa, PowerOfTen(-shift), json);
        fault = null;
        return true;
    }

    /// <summary>The price of <paramref name="count"/> pieces, what is finer than 1e-12 rounded up.</summary>
    /// <exception cref="OverflowException">It doesn't fit.</exception>
    public Quantity Times(long count)
    {
        var product = checked(count * _mantissa);
        if (_divisor == 1)
            return Quantity.FromPico(product);

        var (pico, rest) = Int128.DivRem(product, _divisor);
        return Quantity.FromPico(rest == 0 ? pico : pico + 1);
    }

    /// <summary>The price of <paramref name="count"/> pieces in 1e-12, as a fraction.</summary>
    public (BigInteger Numerator, BigInteger Divisor) TimesExactly(long count) => ((BigInteger)count * (BigInteger)_mantissa, (BigInteger)_divisor);

    /// <summary>Whether both are the same number, however it is written.</summary>
    public bool SameAs(ExactPrice other) => _mantissa == other._mantissa && _divisor == other._divisor;

    private static Int128 PowerOfTen(int power)
    {
        Int128 result = 1;
        for (var i = 0; i < power; i++)
            result = checked(result * 10);
        return result;
    }
}
