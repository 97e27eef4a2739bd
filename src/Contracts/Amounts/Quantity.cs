using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Amounts;

/// <summary>
/// An exact number of some unit, counted in 1e-12 of it. Sums and differences are checked and never rounded; there is
/// no way to make one from a floating-point number.
/// </summary>
[GenerateSerializer, Immutable, Alias("genops.Quantity")]
[JsonConverter(typeof(ParsableJsonConverter<Quantity>))]
public readonly record struct Quantity : IParsable<Quantity>, IUtf8SpanFormattable, IComparable<Quantity>
{
    /// <summary>How many decimals a quantity has.</summary>
    public const int DecimalsMax = 12;

    /// <summary>
    /// The most digits before the decimal point that a quantity is read with. What may enter is bounded far lower, by
    /// <see cref="Bound"/>; sums of that are written and read too.
    /// </summary>
    public const int WholeDigitsMax = 26;

    private const ulong Pico1 = 1_000_000_000_000;

    /// <summary>A minus, the 27 digits of the greatest whole part, a point and the decimals.</summary>
    private const int TextLengthMax = 1 + 27 + 1 + DecimalsMax;

    private static readonly Int128 One12 = Pico1;

    private Quantity(Int128 pico) => Pico = pico;

    /// <summary>Nothing.</summary>
    public static Quantity Zero => default;

    /// <summary>One whole unit.</summary>
    public static Quantity One { get; } = new(One12);

    /// <summary>1e18: every single amount, limit and price is less than this, so that their sums never overflow.</summary>
    public static Quantity Bound { get; } = FromUnits(1_000_000_000_000_000_000);

    /// <summary>The count of 1e-12 of the unit.</summary>
    [Id(0)]
    public Int128 Pico { get; }

    /// <summary>Whether this is less than nothing.</summary>
    public bool IsNegative => Int128.IsNegative(Pico);

    /// <summary>Whether this is nothing.</summary>
    public bool IsZero => Pico == 0;

    /// <summary>The quantity that is <paramref name="pico"/> times 1e-12.</summary>
    public static Quantity FromPico(Int128 pico) => new(pico);

    /// <summary>The quantity of <paramref name="units"/> whole units.</summary>
    public static Quantity FromUnits(long units) => new(checked(units * One12));

    public static Quantity operator +(Quantity left, Quantity right) => new(checked(left.Pico + right.Pico));

    public static Quantity operator -(Quantity left, Quantity right) => new(checked(left.Pico - right.Pico));

    public static bool operator <(Quantity left, Quantity right) => left.Pico < right.Pico;

    public static bool operator >(Quantity left, Quantity right) => left.Pico > right.Pico;

    public static bool operator <=(Quantity left, Quantity right) => left.Pico <= right.Pico;

    public static bool operator >=(Quantity left, Quantity right) => left.Pico >= right.Pico;

    /// <summary>The lesser of two.</summary>
    public static Quantity Min(Quantity left, Quantity right) => left < right ? left : right;

    /// <summary>The greater of two.</summary>
    public static Quantity Max(Quantity left, Quantity right) => left > right ? left : right;

    /// <summary>The nearest double: for telemetry and nothing else.</summary>
    public double ToDouble() => (double)Pico / 1e12;

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => Pico.CompareTo(other.Pico);

    /// <summary>Reads a plain decimal such as <c>0.0042</c>: no exponent, no sign but a minus, at most 12 decimals.</summary>
    /// <exception cref="FormatException">Anything else; the message says what.</exception>
    public static Quantity Parse(string s)
    {
        var digits = s.AsSpan();
        var negative = digits.StartsWith("-");
        if (negative)
            digits = digits[1..];

        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? default : digits[(point + 1)..];
        if (whole.IsEmpty || point >= 0 && fraction.IsEmpty
            || whole.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9'))
            throw new FormatException("an amount is a plain decimal in a string, such as \"0.0042\"");
        if (fraction.Length > DecimalsMax)
            throw new FormatException($"an amount has at most {DecimalsMax} decimals");
        if (whole.TrimStart('0').Length > WholeDigitsMax)
            throw new FormatException($"an amount has at most {WholeDigitsMax} digits before the point");

        var pico = Int128.Parse(whole, NumberStyles.None, CultureInfo.InvariantCulture) * One12;
        if (!fraction.IsEmpty)
        {
            var scaled = Int128.Parse(fraction, NumberStyles.None, CultureInfo.InvariantCulture);
            for (var i = fraction.Length; i < DecimalsMax; i++)
                scaled *= 10;
            pico += scaled;
        }

        return new Quantity(negative ? -pico : pico);
    }

    /// <inheritdoc/>
    public static Quantity Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Quantity result)
    {
        try
        {
            result = s is null ? default : Parse(s);
            return s is not null;
        }
        catch (FormatException)
        {
            result = default;
            return false;
        }
    }

    /// <summary>The plain decimal without trailing zeros: the one text of each quantity.</summary>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[TextLengthMax];
        return Encoding.ASCII.GetString(text[..Write(text)]);
    }

    /// <summary>Writes what <see cref="ToString()"/> says; every decision's entry says some amounts.</summary>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        Span<byte> text = stackalloc byte[TextLengthMax];
        var length = Write(text);
        var fits = text[..length].TryCopyTo(utf8Destination);
        bytesWritten = fits ? length : 0;
        return fits;
    }

    private int Write(Span<byte> text)
    {
        var (whole, fraction) = Split();
        var length = 0;
        if (IsNegative)
            text[length++] = (byte)'-';

        whole.TryFormat(text[length..], out var digits, default, CultureInfo.InvariantCulture);
        length += digits;
        if (fraction == 0)
            return length;

        text[length++] = (byte)'.';
        fraction.TryFormat(text[length..], out digits, "D12", CultureInfo.InvariantCulture);
        return length + text.Slice(length, digits).TrimEnd((byte)'0').Length;
    }

    // Amounts of less than 18 million units, which are nearly all, are split without the slow division of 128 bits.
    private (UInt128 Whole, ulong Fraction) Split()
    {
        // The least of all Int128 has no positive counterpart among them.
        var magnitude = IsNegative ? (UInt128)0 - (UInt128)Pico : (UInt128)Pico;
        if (magnitude > ulong.MaxValue)
            return (magnitude / Pico1, (ulong)(magnitude % Pico1));

        var (whole, fraction) = Math.DivRem((ulong)magnitude, Pico1);
        return (whole, fraction);
    }
}
