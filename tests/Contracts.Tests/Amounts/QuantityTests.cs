using System.Text;
using CsCheck;

namespace GenOps.ControlPlane.Amounts;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("1", "1000000000000")]
    [InlineData("0.0042", "4200000000")]
    [InlineData("0.000000000001", "1")]
    [InlineData("-0.000000000001", "-1")]
    [InlineData("007.50", "7500000000000")]
    [InlineData("999999999999999999.999999999999", "999999999999999999999999999999")]
    public void Parse_PlainDecimal_IsExact(string text, string pico) => Assert.Equal(Int128.Parse(pico), Quantity.Parse(text).Pico);

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData("--1")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("1.2.3")]
    [InlineData("1,5")]
    [InlineData("1 000")]
    [InlineData(" 1")]
    [InlineData("1e3")]
    [InlineData("1e999")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("١")]
    [InlineData("0.0000000000001")]
    [InlineData("1.-5")]
    [InlineData("1000000000000000000000000000")]
    public void Parse_AnythingElse_IsRefused(string text)
    {
        Assert.Throws<FormatException>(() => Quantity.Parse(text));
        Assert.False(Quantity.TryParse(text, null, out _));
    }

    [Theory]
    [InlineData("0.50", "0.5")]
    [InlineData("10.000", "10")]
    [InlineData("-3.10", "-3.1")]
    [InlineData("0.000000000001", "0.000000000001")]
    public void ToString_HasNoTrailingZeros(string text, string canonical) => Assert.Equal(canonical, Quantity.Parse(text).ToString());

    [Theory]
    [InlineData("18446744.073709551615")] // 2^64 - 1, in 1e-12
    [InlineData("18446744.073709551616")]
    [InlineData("-18446744.073709551615")]
    [InlineData("-18446744.073709551616")]
    [InlineData("99999999999999999999999999.999999999999")]
    [InlineData("-0.5")]
    [InlineData("0")]
    public void ToString_OfAnySize_IsThePlainDecimal(string text) => Assert.Equal(text, Quantity.Parse(text).ToString());

    [Fact]
    public void ToString_OfTheExtremes_IsThePlainDecimal()
    {
        Assert.Equal("170141183460469231731687303.715884105727", Quantity.FromPico(Int128.MaxValue).ToString());
        Assert.Equal("-170141183460469231731687303.715884105728", Quantity.FromPico(Int128.MinValue).ToString());
    }

    [Fact]
    public void TryFormat_WritesTheTextOrNothing() =>
        Gen.Select(Gen.Long, Gen.Long, Gen.Int[0, 50]).Sample((high, low, room) =>
        {
            var quantity = Quantity.FromPico(((Int128)high * 1_000_000_000_000_000_000) + low);
            var expected = Encoding.ASCII.GetBytes(quantity.ToString());
            var text = new byte[room];
            var fits = quantity.TryFormat(text, out var length, default, null);
            return fits == (room >= expected.Length)
                && (fits ? text.AsSpan(0, length).SequenceEqual(expected) : length == 0 && !text.AsSpan().ContainsAnyExcept((byte)0));
        });

    [Fact]
    public void Text_OfAnySum_ReadsBackAsItself() =>
        Gen.Select(Gen.Long, Gen.Long).Sample((high, low) =>
        {
            var quantity = Quantity.FromPico(((Int128)high * 1_000_000_000_000_000_000) + low);
            return Quantity.Parse(quantity.ToString()) == quantity;
        });

    [Fact]
    public void Arithmetic_IsExactAndChecked()
    {
        Assert.Equal(Quantity.Parse("0.3"), Quantity.Parse("0.1") + Quantity.Parse("0.2"));
        Assert.Equal(Quantity.Parse("-0.000000000001"), Quantity.One - Quantity.Parse("1.000000000001"));
        Assert.Throws<OverflowException>(() => Quantity.FromPico(Int128.MaxValue) + Quantity.FromPico(1));
        Assert.Throws<OverflowException>(() => Quantity.FromPico(Int128.MinValue) - Quantity.FromPico(1));
        Assert.Equal(Quantity.Parse("1"), Quantity.Min(Quantity.Parse("2"), Quantity.Parse("1")));
        Assert.Equal(Quantity.Parse("2"), Quantity.Max(Quantity.Parse("2"), Quantity.Parse("1")));
        Assert.True(Quantity.Parse("-1") < Quantity.Zero && Quantity.Parse("-1").IsNegative);
        Assert.Equal(0.0042, Quantity.Parse("0.0042").ToDouble());
        Assert.Equal(Quantity.Parse("3"), Quantity.FromUnits(3));
    }

    [Theory]
    [InlineData("USD", true)]
    [InlineData("EUR", true)]
    [InlineData("tokens", false)]
    [InlineData("requests", false)]
    [InlineData("gpu_seconds2", false)]
    public void Unit_CurrencyOrName_IsRead(string code, bool isCurrency)
    {
        Assert.Equal(code, Unit.Parse(code).ToString());
        Assert.Equal(isCurrency, Unit.Parse(code).IsCurrency);
    }

    [Theory]
    [InlineData("")]
    [InlineData("usd ")]
    [InlineData("Usd")]
    [InlineData("XXX")]
    [InlineData("DOGE")]
    [InlineData("2tokens")]
    [InlineData("_tokens")]
    [InlineData("gpu-seconds")]
    [InlineData("größe")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefg")]
    public void Unit_AnythingElse_IsRefused(string code)
    {
        Assert.Throws<FormatException>(() => Unit.Parse(code));
        Assert.False(Unit.TryParse(code, null, out _));
    }
}
