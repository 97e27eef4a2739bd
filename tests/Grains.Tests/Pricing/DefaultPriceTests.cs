using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Pricing;

public sealed class DefaultPriceTests
{
    [Theory]
    [InlineData("2.5", "10", 1000, 500, "0.0075")]
    [InlineData("0", "0", 1000, 500, "0")]
    [InlineData("0.000000000001", "0", 1, 0, "0.000000000001")]
    [InlineData("0.0000004", "0.0000004", 1, 1, "0.000000000001")]
    [InlineData("0.0000006", "0.0000006", 1, 1, "0.000000000002")]
    public void Price_OfTokens_IsExactAndRoundedUpOnce(string input, string output, long inputTokens, long outputTokens, string total) =>
        Assert.Equal(
            total,
            new DefaultPrice(Quantity.Parse(input), Quantity.Parse(output), Unit.Usd).Price(inputTokens, outputTokens).ToString());

    [Fact]
    public void Price_OfNegativeCount_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DefaultPrice(Quantity.One, Quantity.One, Unit.Usd).Price(-1, 0));

    [Fact]
    public void Price_WithNegativePrice_IsRefused() =>
        Assert.Throws<InvalidOperationException>(
            () => new DefaultPrice(Quantity.Parse("-1"), Quantity.One, Unit.Usd).Price(1, 0));

    [Fact]
    public void Price_TooLargeToCount_Overflows() =>
        Assert.Throws<OverflowException>(
            () => new DefaultPrice(Quantity.Parse("999999999999999999"), Quantity.One, Unit.Usd).Price(long.MaxValue, 0));
}
